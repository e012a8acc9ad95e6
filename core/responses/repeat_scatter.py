"""How single repeats scatter: drift of each, and of whole repeats, apart from detection noise."""

from dataclasses import dataclass

import numpy as np

from asplab.core.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Relative deviations of single repeats, of shape (n_temperatures, n_columns, n_repeats); 0 where absent.

    ``noise``, ``strong`` and ``count`` have one entry per column: relative variance of detection in one repeat,
    whether that is small enough to see drift, and how many repeats there are.
    """

    value: FloatArray
    present: np.ndarray
    noise: FloatArray
    strong: np.ndarray
    count: np.ndarray


def components(repeats: Repeats) -> tuple[FloatArray, FloatArray]:
    """Return single and common drift variance per temperature; those without enough repeats take the pooled value."""
    use = repeats.present & repeats.strong[:, :, None]
    noise = np.where(repeats.strong, repeats.noise, 0.0)
    moments = Moments.of(repeats.value, repeats.value, use)
    single = np.zeros(len(noise))
    # Columns weigh by what their noise leaves to be seen of the drift, which is known better each time.
    for _ in range(2):
        single = moments.within(weights(repeats, np.fmax(single, 0.0)), noise)[0]
    single, common = moments.both(weights(repeats, np.fmax(single, 0.0)), noise)
    known, count = ~np.isnan(single), moments.count.sum(axis=1)
    if not known.all():
        pooled = float(np.sum(single[known] * count[known]) / max(np.sum(count[known]), 1))
        single = np.where(known, single, pooled)
    return np.maximum(single, 0.0), np.fmax(common, 0.0)


def weights(repeats: Repeats, single: FloatArray) -> FloatArray:
    """Return weights of the columns, 1/(drift + noise)² and one for the best, (n_temperatures, n_columns)."""
    spread = np.where(repeats.strong, repeats.noise, np.inf) + (single + np.finfo(float).tiny)[:, None]
    best = spread.min(axis=1, initial=np.inf)
    best = np.where(np.isfinite(best), best, 1.0)
    result: FloatArray = (best[:, None] / spread) ** 2
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Second moments of two quantities in a two-way layout (columns × repeats), whatever the columns weigh.

    The deviations in use ``a`` and ``b``, and ``use`` itself, have shape (n_temperatures, n_columns, n_repeats);
    ``ab`` is the sum of products over the repeats, ``count`` the number of repeats of each column.
    """

    use: FloatArray
    a: FloatArray
    b: FloatArray
    ab: FloatArray
    count: FloatArray

    @classmethod
    def of(cls, a: FloatArray, b: FloatArray, use: np.ndarray) -> "Moments":
        """Return the moments of deviations where they are in use."""
        used_a, used_b = a * use, b * use
        return cls(use * 1.0, used_a, used_b, np.einsum("tcr,tcr->tc", used_a, used_b), use.sum(axis=2) * 1.0)

    def within(self, weight: FloatArray, noise: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the (co)variance within columns beyond ``noise``, the total weight and product of means by repeat.

        Expectation of the weighted sum of squares about the weighted mean of each repeat, for independent columns
        with variance v_j: Σ_j w_j v_j (1 − w_j/W) per degree of freedom of the repeats.
        """
        across, count = weight[:, None], self.count
        total = (across @ self.use)[:, 0]
        inverse = 1.0 / np.where(total > 0, total, np.inf)
        between = (across @ self.a)[:, 0] * (across @ self.b)[:, 0] * inverse**2
        rest = (weight * self.ab).sum(axis=1) - (total * between).sum(axis=1)
        share = (self.use @ inverse[:, :, None])[:, :, 0]
        kept = weight * (count - weight * share) * (1.0 - 1.0 / np.maximum(count, 1.0))
        strength = kept.sum(axis=1)
        enough = ((count > 0).sum(axis=1) > 1) & (strength > 0)
        single = (rest - (kept * noise).sum(axis=1)) / np.where(enough, strength, np.nan)
        return single, total, between

    def both(self, weight: FloatArray, noise: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the (co)variance within columns, and that of the mean of each repeat over columns."""
        single, total, between = self.within(weight, noise)
        repeats = (total > 0).sum(axis=1)
        whole = np.where(np.isnan(single), np.inf, total.mean(axis=1))
        share = (weight / whole[:, None]) ** 2 * (self.count / total.shape[1])
        of_columns = (share * (single[:, None] + noise)).sum(axis=1)
        return single, between.sum(axis=1) / np.maximum(repeats - 1, 1) - of_columns
