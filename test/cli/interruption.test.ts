import { afterEach, expect, test, vi } from 'vitest';
import { signalled } from '../../cli/interruption.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('a signal is a wish, another one its echo, and the same one later ends the process', () => {
  vi.useFakeTimers();
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as typeof process.exit);
  const onWish = vi.fn();
  const end = signalled(onWish);
  end.listen();
  try {
    expect([end.isWished, end.exitCode]).toEqual([false, 0]);
    process.emit('SIGINT', 'SIGINT');
    process.emit('SIGINT', 'SIGINT');
    vi.advanceTimersByTime(5000);
    process.emit('SIGTERM', 'SIGTERM');
    expect([end.isWished, end.exitCode, onWish.mock.calls.length, exit.mock.calls.length]).toEqual([true, 130, 1, 0]);
    process.emit('SIGINT', 'SIGINT');
    expect(exit).toHaveBeenCalledExactlyOnceWith(130);
  } finally {
    end.stopListening();
  }
});

test('whoever does not listen any more leaves signals to the system', () => {
  const before = process.listenerCount('SIGTERM');
  const end = signalled();
  end.listen();
  end.listen();
  expect(process.listenerCount('SIGTERM')).toBe(before + 1);
  end.stopListening();
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
