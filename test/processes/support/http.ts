/** Signs up through the API; returns the status of the response. */
export async function signUp(site: string, email: string): Promise<number> {
  const response = await fetch(`${site}/api/subscribers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email }),
  });
  return response.status;
}

/** Submits the form of a confirmation link; returns the link to the settings from the response. */
export async function confirm(site: string, text: string): Promise<string> {
  const path = /\/confirm\/[\w.-]+/.exec(text)?.[0];
  if (!path) throw new Error(`No confirmation link in: ${text}`);
  const response = await fetch(`${site}${path}`, {
    method: 'POST',
    headers: { accept: 'text/html' },
  });
  const token = /\/preferences\/([\w.-]+)/.exec(await response.text())?.[1];
  if (response.status !== 200 || !token)
    throw new Error(`Confirming was answered ${response.status}.`);
  return token;
}

/** Unsubscribes as mail programs do (RFC 8058). */
export async function unsubscribeOneClick(site: string, token: string): Promise<number> {
  const response = await fetch(`${site}/unsubscribe/${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  });
  return response.status;
}
