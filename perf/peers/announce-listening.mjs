/** Tells the parent process, on stdout, the port that a server has got. */
export function announceListening(server) {
  server.on('listening', () =>
    console.log(JSON.stringify({ event: 'listening', port: server.address().port })),
  )
}
