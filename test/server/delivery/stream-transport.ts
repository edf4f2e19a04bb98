import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import type { CloseCode } from '../../../src/protocol/close-code.ts'
import { Transport } from '../../../src/server/delivery/transport.ts'

/** A transport over a stream in memory, which is open until it is closed. */
export class StreamTransport extends Transport {
  closeCode: number | undefined
  #isOpen = true

  constructor(stream: Writable) {
    // As ws makes those of a server: with options that its type does not name.
    super(...([null, undefined, {}] as unknown as [null]))
    this.carriedBy(stream as Socket)
  }

  override get isOpen(): boolean {
    return this.#isOpen
  }

  override closeWith({ code }: CloseCode): void {
    this.#isOpen = false
    this.closeCode = code
  }

  override terminate(): void {
    this.#isOpen = false
  }
}
