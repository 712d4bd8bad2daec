/** `messenger-server adopt URL [--images DIR]` */
export async function adopt(_args: string[], _print: (line: string) => void): Promise<void> {
  throw new Error('to be written')
}
