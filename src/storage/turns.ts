import { type Asker, StepQueue } from './step-queue.ts'

const steps = new StepQueue()

/** Resolves in a later turn of the event loop in which no other step begins: for the next step of what runs. */
export function nextTurn(): Promise<void> {
  return steps.wait()
}

/** The same for the first step of what somebody asks, to whom it and all that follow are charged. */
export function turnOf(asker: Asker): Promise<void> {
  return steps.wait(asker)
}

/** Something is to be stored: steps give way until the function is called that this returns. */
export function holdSteps(): () => void {
  return steps.hold()
}
