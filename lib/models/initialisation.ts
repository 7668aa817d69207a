import { InputError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';

/** √(gain/fan) of a normal distribution, and √3 times that as the bound of a uniform one, as in torch.nn.init. */
const schemes = {
  'he-uniform': (fanIn: number) => 2 / fanIn,
  'he-normal': (fanIn: number) => 2 / fanIn,
  'xavier-uniform': (fanIn: number, fanOut: number) => 2 / (fanIn + fanOut),
  'xavier-normal': (fanIn: number, fanOut: number) => 2 / (fanIn + fanOut),
} as const;

export type Initialisation = keyof typeof schemes;

/** The names that `drawWeights` knows. */
const initialisations = Object.keys(schemes) as readonly Initialisation[];

/**
 * Draws the weights of a layer, so that neither the units' values nor the slopes grow or vanish from layer to layer.
 *
 * - He (kaiming), for relu and its kin: variance 2/fanIn
 * - Xavier (glorot), for tanh and sigmoid: variance 2/(fanIn + fanOut)
 *
 * uniform on [−√(3·variance), √(3·variance)], or normal.
 *
 * @param weights written, shape [fanOut, fanIn]
 * @throws InputError when the name is not known
 * @see He, Zhang, Ren & Sun 2015, arXiv:1502.01852; Glorot & Bengio 2010, AISTATS
 */
export function drawWeights(
  name: Initialisation,
  weights: Float64Array,
  { fanIn, fanOut }: { fanIn: number; fanOut: number },
  random: Random,
): void {
  if (!Object.hasOwn(schemes, name))
    throw new InputError(`initialisation: expected one of ${initialisations.join(', ')}, found "${name}"`);
  const variance = schemes[name](fanIn, fanOut);
  const isUniform = name.endsWith('uniform');
  const width = Math.sqrt(isUniform ? 3 * variance : variance);
  for (let i = 0; i < weights.length; i++)
    weights[i] = width * (isUniform ? 2 * random.nextFloat() - 1 : random.normal());
}
