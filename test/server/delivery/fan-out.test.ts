import { PassThrough } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { Connection } from '../../../src/server/delivery/connection.ts'
import { FanOut } from '../../../src/server/delivery/fan-out.ts'
import { Tail } from '../../../src/server/log/tail.ts'
import { StreamTransport } from './stream-transport.ts'

/** A connection over a stream in memory that counts how often it is pumped. */
class CountingConnection extends Connection {
  readonly stream: PassThrough
  pumps = 0
  onPump = () => {}

  constructor(serial: number, cursor: number) {
    const stream = new PassThrough()
    const start = { position: cursor, offset: 0 }
    super({ userId: serial, serial }, new StreamTransport(stream), start)
    this.stream = stream
  }

  override pump(tail: Tail): void {
    this.pumps += 1
    super.pump(tail)
    this.onPump()
  }

  /** What was written to it since the last call. */
  received(): string {
    return String(this.stream.read() ?? '')
  }
}

function createFanOut(connectionCount: number) {
  const fanOut = new FanOut(new Tail(1024))
  const connections = Array.from({ length: connectionCount }, (_, i) => {
    const connection = new CountingConnection(i + 1, fanOut.end)
    fanOut.add(connection)
    return connection
  })
  return { fanOut, connections }
}

const nextTurn = () => new Promise(setImmediate)

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('frames broadcast in one turn reach every connection with one pump', async () => {
  const { fanOut, connections } = createFanOut(10)
  for (const frame of ['a', 'b', 'c']) fanOut.broadcast(Buffer.from(frame), 'chat 1')
  expect(connections.map((connection) => connection.pumps)).toEqual(connections.map(() => 0))
  await nextTurn()
  expect(connections.map((connection) => connection.pumps)).toEqual(connections.map(() => 1))
  expect(connections.map((connection) => connection.received())).toEqual(
    connections.map(() => 'abc'),
  )
})

test('a frame for one connection goes to it alone and before the shared ones', async () => {
  const { fanOut, connections } = createFanOut(3)
  fanOut.broadcast(Buffer.from('all'), 'chat 1')
  fanOut.send(connections[1]!, Buffer.from('one '))
  await nextTurn()
  expect(connections.map((connection) => connection.received())).toEqual(['all', 'one all', 'all'])
})

test('a connection hears what is broadcast after it came and nothing before', async () => {
  const { fanOut } = createFanOut(0)
  fanOut.broadcast(Buffer.from('before'), 'chat 1')
  const connection = new CountingConnection(1, fanOut.end)
  fanOut.add(connection)
  fanOut.broadcast(Buffer.from('after'), 'chat 1')
  await nextTurn()
  expect(connection.received()).toBe('after')
})

test('an idle fan-out flushes with the turn of the event loop', async () => {
  const { fanOut, connections } = createFanOut(1)
  fanOut.broadcast(Buffer.from('a'), 'chat 1')
  await nextTurn()
  expect(connections[0]!.received()).toBe('a')
})

/** A fan-out with one connection, whose pump takes `pumpMs` of a clock that the test turns. */
function createSlowFanOut(pumpMs = 5) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] })
  let nowMs = 1_000
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  const { fanOut, connections } = createFanOut(1)
  const connection = connections[0]!
  connection.onPump = () => {
    nowMs += pumpMs
  }
  const broadcast = (frames: string) => {
    for (const frame of frames) fanOut.broadcast(Buffer.from(frame), 'chat 1')
  }
  const pass = (ms: number) => {
    nowMs += ms
    vi.advanceTimersByTime(ms)
  }
  const broadcastStatus = (frame: string) =>
    fanOut.broadcastState(Buffer.from(frame), { key: 'status 1', ofUser: 1 })
  return { fanOut, connection, broadcast, broadcastStatus, pass }
}

test('messages that come singly gather, too, while sending them takes most of the time', () => {
  const { connection, broadcast, pass } = createSlowFanOut(5)
  const isSentAtOnce = (frame: string) => {
    broadcast(frame)
    pass(0)
    return connection.received().endsWith(frame)
  }
  for (let i = 0; i < 20; i++) {
    isSentAtOnce('a')
    pass(1)
  }
  expect(isSentAtOnce('b')).toBe(false)
  pass(5)
  expect(connection.received()).toMatch(/b$/)
  for (let i = 0; i < 20; i++) {
    pass(20)
    isSentAtOnce('c')
  }
  pass(20)
  expect(isSentAtOnce('d')).toBe(true)
})

test('messages that come singly are flushed at once', () => {
  const { fanOut, connection, broadcast, pass } = createSlowFanOut()
  for (const frame of ['a', 'b', 'c']) {
    broadcast(frame)
    vi.advanceTimersByTime(0)
    expect(connection.received()).toBe(frame)
    expect(fanOut.pauseLeftMs).toBe(0)
    pass(1)
  }
})

test('statuses that come singly and with room between them are flushed at once', () => {
  const { connection, broadcastStatus, pass } = createSlowFanOut()
  for (const frame of ['a', 'b', 'c']) {
    broadcastStatus(frame)
    vi.advanceTimersByTime(0)
    expect(connection.received()).toBe(frame)
    pass(3)
  }
})

test('statuses that come singly without a break, as in a join storm, gather', () => {
  const { connection, broadcastStatus, pass } = createSlowFanOut()
  broadcastStatus('a')
  vi.advanceTimersByTime(0)
  broadcastStatus('b')
  vi.advanceTimersByTime(0)
  expect(connection.received()).toBe('ab')
  broadcastStatus('c')
  pass(9)
  broadcastStatus('d')
  expect(connection.received()).toBe('')
  pass(1)
  expect(connection.received()).toBe('cd')
})

test('after a flush of many frames the next one waits twice as long as that one took', () => {
  const { fanOut, connection, broadcast } = createSlowFanOut()
  broadcast('abcd')
  vi.advanceTimersByTime(0)
  expect(connection.received()).toBe('abcd')
  expect(fanOut.pauseLeftMs).toBe(10)

  broadcast('e')
  vi.advanceTimersByTime(9)
  broadcast('f')
  expect(connection.received()).toBe('')
  vi.advanceTimersByTime(1)
  expect(connection.received()).toBe('ef')
  expect(connection.pumps).toBe(2)
})

test.each([
  { tookMs: 20, pauseMs: 40 },
  { tookMs: 70, pauseMs: 100 },
])('after a flush of $tookMs ms statuses gather for $pauseMs ms', ({ tookMs, pauseMs }) => {
  const { connection, broadcast, broadcastStatus, pass } = createSlowFanOut(tookMs)
  broadcast('abcd')
  vi.advanceTimersByTime(0)
  expect(connection.received()).toBe('abcd')
  broadcastStatus('e')
  pass(pauseMs - 1)
  broadcastStatus('f')
  expect(connection.received()).toBe('')
  pass(1)
  expect(connection.received()).toBe('ef')
})

test('a message does not wait with the statuses before it, but takes them along', () => {
  const { fanOut, connection, broadcast, broadcastStatus, pass } = createSlowFanOut(20)
  broadcast('abcd')
  vi.advanceTimersByTime(0)
  broadcastStatus('e')
  pass(5)
  broadcast('f')
  expect(fanOut.pauseLeftMs).toBe(5)
  pass(5)
  expect(connection.received()).toBe('abcdef')
  pass(100)
  expect(connection.pumps).toBe(2)
})

test('a removed connection gets nothing more and the others lose nothing', async () => {
  const { fanOut, connections } = createFanOut(5)
  for (const i of [0, 4, 2]) fanOut.remove(connections[i]!)
  expect(new Set(fanOut.connections)).toEqual(new Set([connections[1], connections[3]]))
  fanOut.broadcast(Buffer.from('a'), 'chat 1')
  await nextTurn()
  expect(connections.map((connection) => connection.received())).toEqual(['', 'a', '', 'a', ''])
})

test('every connection knows its place, whatever was added and removed', () => {
  const { fanOut, connections } = createFanOut(6)
  fanOut.remove(connections[5]!)
  fanOut.remove(connections[0]!)
  fanOut.add(new CountingConnection(7, fanOut.end))
  fanOut.remove(connections[3]!)
  expect(fanOut.connections.map((connection) => connection.index)).toEqual([0, 1, 2, 3])
})

test.each([0, 1, 2, 3, 4])(
  'when connection %i leaves while it is pumped, each other one gets every byte once',
  async (leaving) => {
    const { fanOut, connections } = createFanOut(5)
    const connection = connections[leaving]!
    connection.onPump = () => {
      fanOut.remove(connection)
      connection.onPump = () => {}
    }
    fanOut.broadcast(Buffer.from('a'), 'chat 1')
    await nextTurn()
    fanOut.broadcast(Buffer.from('b'), 'chat 1')
    fanOut.flush()
    const expected = connections.map((_, i) => (i === leaving ? 'a' : 'ab'))
    expect(connections.map((each) => each.received())).toEqual(expected)
  },
)

test.each([0, 1, 2, 3, 4])(
  'when connection %i is removed by another one being pumped, the rest get every byte once',
  async (removed) => {
    const { fanOut, connections } = createFanOut(5)
    connections[2]!.onPump = () => {
      connections[2]!.onPump = () => {}
      fanOut.remove(connections[removed]!)
    }
    fanOut.broadcast(Buffer.from('a'), 'chat 1')
    await nextTurn()
    fanOut.broadcast(Buffer.from('b'), 'chat 1')
    fanOut.flush()
    const rest = connections.filter((_, i) => i !== removed)
    expect(rest.map((each) => each.received())).toEqual(rest.map(() => 'ab'))
  },
)

test('a connection that lags is sent what it missed when its socket drains', () => {
  const { fanOut, connections } = createFanOut(2)
  const [slow, fast] = connections as [CountingConnection, CountingConnection]
  const large = 'x'.repeat(100_000)
  fanOut.broadcast(Buffer.from(large), 'chat 1')
  fanOut.flush()
  expect(fast.received()).toBe(large)
  fanOut.broadcast(Buffer.from('b'), 'chat 1')
  fanOut.flush()
  expect(fast.received()).toBe('b')
  expect(slow.received()).toBe(large)
  fanOut.resume(slow)
  expect(slow.received()).toBe('b')
})
