/** Logs in and prints all notifications until Ctrl+C. Usage: node docs/listen.js E-MAIL PASSWORD [URL] */
import WebSocket from 'ws'

const [email, password, url = 'http://localhost:8000'] = process.argv.slice(2)

const response = await fetch(`${url}/login`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ user: { email, password } })
})
const { token, Error: refusal } = await response.json()
if (refusal) {
  console.error(refusal.message)
  process.exit(1)
}

const socket = new WebSocket(`${url.replace('http', 'ws')}/api`, { headers: { cookie: `auth=${token}` } })
socket.on('message', (frame) => console.log(String(frame)))
socket.on('close', (code) => console.log(`closed with ${code}`))
