// The API over a folder store, as `npm run load` asks it: the handlers and the telemetry that are deployed, on loopback,
// in a process of its own that computes on one core. Prints its URL.

import { serveHere } from '../../cli/local-server.ts';
import { powertoolsTelemetry } from '../../functions/adapter/powertools.ts';
import { servicesOf } from '../../functions/adapter/services.ts';
import { createApi } from '../../functions/triggers/api.ts';
import { openStore } from '../../lib/store/open.ts';

const store = await openStore(process.argv[2]);
const services = servicesOf({
  store,
  engine: () => {
    throw new Error('expected predictions only, found a request that starts a workflow');
  },
  telemetry: powertoolsTelemetry(),
});
const { url } = await serveHere(createApi(services), 0);
process.send?.({ url });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000 });
});
