import { layer } from "pulumi-istio-sidecar/dynamic";

/** What Pulumi's engine asks of a provider for one layer in one `up`, with what its state says. */
export interface LayerTask {
  target: string;
  state?: LayerState;
  /** Undefined takes the layer away. */
  news?: Record<string, unknown>;
}

/** A resource of Pulumi's state. */
export interface LayerState {
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** A line of the answer: what the state is to be; without one the resource leaves the state. */
export interface LayerResult {
  target: string;
  error?: string;
  state?: LayerState;
}

async function perform({ target, state, news }: LayerTask): Promise<LayerResult> {
  try {
    if (!news) {
      if (state) await layer.delete(state.id, state.outputs);
      return { target };
    }
    const { inputs, failures = [] } = await layer.check(state?.inputs ?? {}, news);
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    if (!state) {
      const { id, outs } = await layer.create(inputs);
      return { target, state: { id, inputs: { ...inputs }, outputs: { ...outs } } };
    }
    const { changes } = await layer.diff(state.id, state.outputs, inputs);
    const outs = changes ? (await layer.update(state.id, state.outputs, inputs)).outs : state.outputs;
    return { target, state: { id: state.id, inputs: { ...inputs }, outputs: { ...outs } } };
  } catch (error) {
    const { message, id, properties } = error as Error & Partial<{ id: string; properties: object }>;
    // as Pulumi does it: an error that says what there is gets into the state
    const kept = id === undefined ? state : { id, inputs: { ...news }, outputs: { ...properties } };
    return { target, error: message, ...(kept ? { state: kept } : {}) };
  }
}

async function main(tasks: readonly LayerTask[]): Promise<void> {
  await layer.configure({ config: { get: () => undefined } });
  await Promise.all(
    tasks.map(async (task) => process.stdout.write(`result ${JSON.stringify(await perform(task))}\n`)),
  );
}

if (require.main === module) void main(JSON.parse(process.argv[2] ?? "[]") as LayerTask[]);
