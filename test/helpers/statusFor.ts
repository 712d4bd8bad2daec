/** Returns the HTTP status of a call with a header `Cookie`: 401 when its session has ended. */
export async function statusFor({ url }: { url: string }, { cookie }: { cookie: string }): Promise<number> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getSelfInfo' })
  const headers = { 'content-type': 'application/json', cookie }
  return (await fetch(`${url}/rpc`, { method: 'POST', headers, body })).status
}
