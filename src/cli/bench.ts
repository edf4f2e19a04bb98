import type { DefineCommand } from './main.ts'
export const defineBench: DefineCommand = () => async () => 1
