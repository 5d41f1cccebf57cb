import { type ClientProcess, spawnClient } from '../line/client-process.js';
import { runClient, type Worker } from '../line/worker.js';
import { performOverHttp } from './http-client.js';

/** The real application waits six seconds for its server to end before it kills it; scaled down with all else. */
const graceMs = 150;

class Sidecar {
  private constructor(
    private readonly server: ClientProcess,
    readonly url: string,
  ) {}

  static start(worker: Worker): Promise<Sidecar> {
    return new Promise((resolve, reject) => {
      // Its standard input stays open as long as this process lives: a sidecar whose application was killed ends itself.
      const server = spawnClient(
        { ...worker.config, profile: 'server', port: 0 },
        {
          onMessage: (message) => {
            if (message.type === 'broken') reject(new Error(message.error));
            if (message.type !== 'ready' || message.url === undefined) return;
            server.send({ type: 'go' });
            resolve(new Sidecar(server, message.url));
          },
        },
      );
      server.exited.then(({ chatter }) =>
        reject(new Error(`the server ended before it was ready: ${chatter}`)),
      );
    });
  }

  async quit(): Promise<void> {
    this.server.signal('SIGTERM');
    const kill = setTimeout(() => this.server.signal('SIGKILL'), graceMs);
    await this.server.exited;
    clearTimeout(kill);
  }
}

/**
 * The desktop application: spawns a server of its own and talks to it over HTTP. When its user quits, the server is told
 * to end and is killed after a grace time, requests under way or not; then the application is started again.
 */
await runClient('http', async (worker) => {
  let sidecar = await Sidecar.start(worker);
  await worker.ready();
  for await (const step of worker.steps()) {
    const performed = performOverHttp(worker, sidecar.url, step);
    if (step.quit) {
      await sidecar.quit();
      sidecar = await Sidecar.start(worker);
    }
    await performed;
  }
  await sidecar.quit();
});
