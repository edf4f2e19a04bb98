import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'vitest'
import { startServer, type TestServer, type TestServerOptions } from '../support/start-server.ts'
import { WireClient } from '../support/wire-client.ts'

const BYSTANDER_ID = 999_999

/** How much more may be in use after an attack than before it, in bytes. */
const MEMORY_TOLERANCE = 24 * 1024 * 1024

/** A server under attack, and a user of it who has nothing to do with that. */
export class Bystander {
  readonly server: TestServer
  readonly #client: WireClient
  readonly #memoryBytes = usedMemory()
  #count = 0

  private constructor(server: TestServer, client: WireClient) {
    this.server = server
    this.#client = client
  }

  static async start(options: TestServerOptions = {}): Promise<Bystander> {
    const server = await startServer(options)
    return new Bystander(server, await WireClient.connect(server.url, BYSTANDER_ID))
  }

  /** The server stores and sends the bystander's messages as ever. */
  async chats(): Promise<void> {
    this.#count += 1
    const name = `bystander ${this.#count}`
    this.#client.send({
      type: 'NEW_MESSAGE',
      chat_id: 1,
      sender_id: BYSTANDER_ID,
      content: name,
      client_id: name,
    })
    const ack = await this.#client.next('ACK', this.#count)
    expect(ack.client_id).toBe(name)
  }

  /**
   * The bystander still chats, memory did not grow, and the server had no fault of its own.
   * @param keptBytes what may be kept of a long attack: the tail of frames grows up to its bound,
   *   and the fuzzer remembers its runs
   */
  async isUnharmed(keptBytes = 0): Promise<void> {
    await this.chats()
    // The bystander keeps what it hears.
    this.#client.frames.length = 0
    this.#count = 0
    expect(this.server.lines.filter((line) => line.startsWith('❌'))).toEqual([])
    // What the server logged is kept by the test alone.
    this.server.lines.length = 0
    expect(usedMemory() - this.#memoryBytes).toBeLessThan(MEMORY_TOLERANCE + keptBytes)
  }
}

/** Bytes in use by objects and buffers, once what is not needed is gone. */
function usedMemory(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
