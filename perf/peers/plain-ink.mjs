// A chat client as one writes it with ink at first: a state for the messages, set for each that
// comes, and the newest that fit on the screen drawn by ink. Arguments: URL and user.
process.env.NODE_ENV = 'production'
const { Box, render, Text, useInput, useStdout } = await import('ink')
const { createElement: h, useEffect, useState } = await import('react')
const { createChatClient } = await import('../../dist/client/node.js')

const [url, userId] = process.argv.slice(2)
const client = createChatClient({ url, userId: Number(userId) })

function App() {
  const { stdout } = useStdout()
  const [messages, setMessages] = useState([])
  const [text, setText] = useState('')
  useEffect(
    () => client.on('message', (message) => setMessages((before) => [...before, message])),
    [],
  )
  useInput((input, key) => {
    if (key.ctrl && input === 'u') setText('')
    else setText((before) => before + input)
  })
  const rows = stdout.rows - 4
  return h(
    Box,
    { flexDirection: 'column', height: stdout.rows - 1 },
    h(
      Box,
      { flexDirection: 'column', height: rows, overflow: 'hidden', justifyContent: 'flex-end' },
      ...messages.map(({ id, sender_id, content }) =>
        h(Box, { key: id, flexShrink: 0 }, h(Text, null, `<${sender_id}> ${content}`)),
      ),
    ),
    h(Text, { inverse: true }, ` connected | ${messages.length} messages`),
    h(Text, null, `> ${text}`),
  )
}

render(h(App))
client.connect()
