/** `messenger-server copy FROM TO` */
export async function copy(_args: string[], _print: (line: string) => void): Promise<void> {
  throw new Error('to be written')
}
