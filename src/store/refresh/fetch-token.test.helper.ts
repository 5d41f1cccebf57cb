/** What a program does to get the next credential; fails where the provider refuses. Such programs need not load Vitest. */
export async function fetchToken(url: string, refresh: string): Promise<unknown> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refresh });
  const response = await fetch(url, { method: 'POST', body });
  if (!response.ok) throw new Error(((await response.json()) as { error: string }).error);
  return response.json();
}
