import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ForwardedSocket } from '../host/connection.ts';
import type { SerialLine } from './serial.ts';

/**
 * A guest's serial line as a unix socket that one program connects to: the kernel's own gdb stub speaks there. What the
 * guest has said before isn't repeated. The socket is this user's alone, and is gone when disposed of.
 */
export async function serialSocket(serial: Pick<SerialLine, 'listen' | 'write'>): Promise<ForwardedSocket> {
  const directory = await mkdtemp(path.join(tmpdir(), 'bf-serial-')); // mode 700
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const listening = serial.listen((chunk) => {
      socket.write(chunk);
    });
    sockets.add(socket);
    socket.on('data', (bytes) => {
      serial.write(bytes).catch(() => socket.destroy());
    });
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => {
      listening[Symbol.dispose]();
      sockets.delete(socket);
    });
  });
  server.maxConnections = 1;
  const file = path.join(directory, 'gdb');
  server.listen(file);
  await once(server, 'listening');
  return {
    path: file,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const each of sockets) each.destroy();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
