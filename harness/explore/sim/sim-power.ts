import type { PowerLossOptions } from '../execution/executed.js';
import type { LeftDisks, PowerSupply, Restarted } from '../execution/power-supply.js';
import type { Heartbeat } from '../process/gated-process.js';
import type { SimMachine } from './machine.js';
import { defaultBounds } from './power/bounds.js';
import { leftNow } from './power/crash-states.js';
import { describeLoss } from './power/describe-loss.js';
import { type Image, imageOf, printOfImage } from './power/image.js';

/** What the simulated machine's disk may be after a power loss, made of what was changed since it was started. */
export class SimPower implements PowerSupply {
  private options: PowerLossOptions = { model: 'posix', statesMax: defaultBounds.states };
  private base: Image | undefined;
  private known: { changes: number; images: readonly Image[]; disks: LeftDisks } | undefined;

  /** @param heartbeat to find the disks of one moment takes time, too */
  constructor(
    private readonly machine: SimMachine,
    private readonly heartbeat: Heartbeat,
  ) {}

  begin(options: PowerLossOptions): void {
    this.options = options;
    this.takeStock();
  }

  disks(): LeftDisks {
    return this.left().disks;
  }

  lose(state: number): Restarted {
    const { images } = this.left();
    const image = images[state];
    if (!image) throw new Error(`the power loss leaves no state ${state}, of ${images.length}`);
    const lost = describeLoss(imageOf(this.machine.kernel), image, this.machine.place);
    this.machine.mount(image);
    this.takeStock();
    const times = new Map([...image.nodes.values()].map(({ ino, mtime }) => [String(ino), mtime]));
    return { lost, times };
  }

  private takeStock(): void {
    const { kernel } = this.machine;
    this.base = imageOf(kernel);
    kernel.log?.restart();
    this.known = undefined;
  }

  private left() {
    const changes = this.machine.kernel.log?.changes ?? [];
    if (this.known?.changes === changes.length) return this.known;
    const { model, statesMax: states } = this.options;
    const base = this.base ?? imageOf(this.machine.kernel);
    const { found, isCut } = leftNow(base, changes, model, { ...defaultBounds, states });
    const byPrint = new Map<string, Image>();
    for (const image of found) {
      Atomics.add(this.heartbeat.cells, 1, 1);
      byPrint.set(printOfImage(image), image);
    }
    const disks: LeftDisks = { keys: [...byPrint.keys()], tried: found.length, isCut };
    this.known = { changes: changes.length, images: [...byPrint.values()], disks };
    return this.known;
  }
}
