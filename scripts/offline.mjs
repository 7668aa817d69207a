// Loaded with --import: makes every attempt to reach another machine an error, so that what runs is seen to need none.
import { Socket } from 'node:net';

const connect = Socket.prototype.connect;

/** @this {Socket} */
Socket.prototype.connect = function (...parameters) {
  const [options] = Array.isArray(parameters[0]) ? parameters[0] : parameters;
  const { path, host = 'localhost', port } = typeof options === 'object' ? options : { path: undefined, port: options };
  const isLocal = path !== undefined || ['localhost', '127.0.0.1', '::1'].includes(host);
  if (isLocal) return connect.apply(this, parameters);
  throw new Error(`expected no connection to another machine, found one to ${host}:${port}`);
};
