package io.github.ratelimit.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The median of several figures, with the least and the greatest. */
public record Spread(double least, double median, double greatest) {

	public static Spread of(List<Double> figures) {
		List<Double> sorted = figures.stream().sorted().toList();
		int middle = sorted.size() / 2;
		double median = (sorted.size() % 2 == 1) ? sorted.get(middle)
				: (sorted.get(middle - 1) + sorted.get(middle)) / 2;
		return new Spread(sorted.get(0), median, sorted.get(sorted.size() - 1));
	}

	/** The ratios of figures that were measured side by side. */
	public static Spread ofRatios(List<Double> ours, List<Double> theirs) {
		List<Double> ratios = new ArrayList<>();
		for (int i = 0; i < ours.size(); i++) {
			ratios.add(ours.get(i) / theirs.get(i));
		}
		return of(ratios);
	}

	@Override
	public String toString() {
		return String.format(Locale.ROOT, "%.3f [%.3f-%.3f]", this.median, this.least, this.greatest);
	}

}
