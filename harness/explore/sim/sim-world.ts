import { World } from '../world/world.js';
import type { SimMachine } from './machine.js';

/** The sandbox on a simulated disk, which is a new one for each execution. */
export class SimWorld extends World {
  constructor(private readonly machine: SimMachine) {
    super(machine.place, machine.disk, (place) => machine.lookUp(place));
  }

  override makeRoot(): void {
    // Each execution makes its own.
  }

  override restart(files: Parameters<World['restart']>[0], now: number): void {
    this.machine.restart(now);
    super.restart(files, now);
    this.machine.seal();
  }
}
