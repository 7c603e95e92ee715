// The thread that reads a guest's serial line: see `serial.ts`, which starts it.
//
// QEMU sends each byte by itself. A reader that is woken for each keeps the guest waiting more than it reads, and one
// that comes too late does so too: a unix socket has room for some 270 messages, however small (each counts with all
// of its kernel structure, net/core/skbuff.c: truesize), which is a millisecond's worth. So the reader sleeps for a
// fraction of that between reads, which a thread with other work to do, or a timer of whole milliseconds, can't.
import { connect, type Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';

export type ToReader =
  | { kind: 'connect'; path: string }
  | { kind: 'write'; id: number; bytes: Uint8Array }
  | { kind: 'hold'; held: boolean }
  /** So much of what was handed on has been taken. */
  | { kind: 'taken'; bytes: number }
  | { kind: 'end' };

export type FromReader =
  | { kind: 'connected' }
  | { kind: 'data'; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'written'; id: number; problem?: string }
  /** The last message; `problem` when the connection was never made. */
  | { kind: 'closed'; problem?: string };

/** Read at once, at most. */
const READ_BYTES = 64 * 1024;
/** After a read of so much the line is no longer one of single bytes. */
const SMALL_READ_BYTES = 1024;
const NAP_MS = 0.3;
/** So often a line is heard of, or for so much. What comes after silence is handed on at once. */
const HAND_ON_MS = 8;
const HAND_ON_BYTES = 64 * 1024;
/** Nobody reads a flood: with fewer messages the editor has time for what else is asked of it. */
const FLOOD_HAND_ON_MS = 200;
/** A line that has been busy for so long is a flood; one that says nothing for SILENCE_MS isn't busy any more. */
const FLOOD_AFTER_MS = 1000;
const SILENCE_MS = 500;
/** Handed on and not taken yet, at most: whoever listens may have other work to do. */
const MOST_ON_THE_WAY = 256 * 1024;

const port = parentPort;
if (!port) throw new Error('This is a thread, not a program.');

const napping = new Int32Array(new SharedArrayBuffer(4));
let socket: Socket | undefined;
let fresh: Buffer[] = [];
let freshBytes = 0;
let onTheWay = 0;
let held = false;
let handedOnAt = 0;
let busySince = 0;
let timer: NodeJS.Timeout | undefined;
let problem: string | undefined;

function tell(message: FromReader, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

function handOn(): void {
  clearTimeout(timer);
  timer = undefined;
  if (fresh.length === 0) return;
  const bytes = new Uint8Array(Buffer.concat(fresh));
  fresh = [];
  freshBytes = 0;
  onTheWay += bytes.length;
  flow();
  const now = performance.now();
  if (now - handedOnAt > SILENCE_MS) busySince = now;
  handedOnAt = now;
  tell({ kind: 'data', bytes }, [bytes.buffer]);
}

/** Reads on, or keeps the guest waiting. */
function flow(): void {
  if (held || onTheWay > MOST_ON_THE_WAY) socket?.pause();
  else if (socket?.isPaused()) socket.resume();
}

function take(chunk: Buffer): void {
  fresh.push(chunk);
  freshBytes += chunk.length;
  const flooded = handedOnAt - busySince > FLOOD_AFTER_MS;
  const wait = handedOnAt + (flooded ? FLOOD_HAND_ON_MS : HAND_ON_MS) - performance.now();
  if (wait <= 0 || freshBytes >= HAND_ON_BYTES) handOn();
  else timer ??= setTimeout(handOn, wait);
  if (chunk.length < SMALL_READ_BYTES) Atomics.wait(napping, 0, 0, NAP_MS);
}

function open(path: string): Socket {
  const opened = connect({
    path,
    // Only a socket with a buffer of its own stops reading at once when it is paused (net.Socket's `onread`).
    onread: {
      buffer: Buffer.allocUnsafe(READ_BYTES),
      callback: (bytes, buffer) => {
        take(Buffer.from(buffer.subarray(0, bytes)));
        return true;
      },
    },
  });
  opened.once('connect', () => {
    tell({ kind: 'connected' });
  });
  opened.on('error', (error) => {
    if (opened.connecting || opened.bytesRead === 0) problem = error.message;
  });
  opened.on('close', () => {
    handOn();
    tell({ kind: 'closed', ...(problem === undefined ? {} : { problem }) });
    port?.close();
  });
  return opened;
}

port.on('message', (message: ToReader) => {
  switch (message.kind) {
    case 'connect':
      socket = open(message.path);
      break;
    case 'write':
      socket?.write(message.bytes, (error) => {
        tell({ kind: 'written', id: message.id, ...(error ? { problem: error.message } : {}) });
      });
      break;
    case 'hold':
      held = message.held;
      flow();
      break;
    case 'taken':
      onTheWay -= message.bytes;
      flow();
      break;
    case 'end':
      socket?.destroy();
      break;
  }
});
