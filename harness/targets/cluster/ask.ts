import http from 'node:http';

/** One request on a connection of its own. @returns undefined where there is no whole answer in time */
export function ask(url: string, body: object | undefined, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const method = body === undefined ? 'GET' : 'POST';
    const request = http.request(url, { method, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => end(text));
      response.on('error', () => end(undefined));
    });
    const timer = setTimeout(() => end(undefined), timeoutMs);
    const end = (text: string | undefined) => {
      clearTimeout(timer);
      request.destroy();
      resolve(text);
    };
    request.on('error', () => end(undefined));
    request.on('close', () => end(undefined));
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
