import { runClient } from '../line/worker.js';
import { performOverHttp } from './http-client.js';

/** The web app: no file access at all. Its user clicks twice, and closes the page while a request is under way. */
await runClient('http', async (worker) => {
  const { serverUrl } = worker.config;
  if (!serverUrl) throw new Error('the web client needs a server: add server=1 to the clients');
  await worker.ready();
  for await (const step of worker.steps()) {
    const click = () => performOverHttp(worker, serverUrl, step);
    await (step.twice ? Promise.all([click(), click()]) : click());
  }
});
