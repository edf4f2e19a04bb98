import type { Bus, BusEvents, Topic } from './bus.ts'

type Listeners = { [Name in Topic]?: ((event: BusEvents[Name]) => void)[] }

/** The bus of a node that is alone: to publish is to call the listeners. */
export class LocalBus implements Bus {
  #listeners: Listeners = {}

  publish<Name extends Topic>(topic: Name, event: BusEvents[Name]): void {
    const listeners = this.#listeners[topic]
    if (listeners) for (const listener of listeners) listener(event)
  }

  subscribe<Name extends Topic>(topic: Name, listener: (event: BusEvents[Name]) => void): void {
    const listeners: Listeners[Name] = this.#listeners[topic]
    if (listeners) listeners.push(listener)
    else this.#listeners[topic] = [listener] as Listeners[Name]
  }

  async close(): Promise<void> {
    this.#listeners = {}
  }
}
