import { untilAborted } from '../line/until-aborted.js';
import { runClient } from '../line/worker.js';
import { startServer } from '../targets/program/server.js';

/** A server of the program under test: started once, and asked by the clients. It ends with this process's group. */
await runClient('file', async (worker) => {
  const { file, home = '', target } = worker.config;
  if (!target.program) throw new Error('there is no program to serve');
  const server = await startServer(target.program, { file, home, dir: target.program.directory });
  await worker.ready(server.url);
  await untilAborted(worker.stopping);
  await server.close();
});
