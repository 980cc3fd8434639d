package io.github.ratelimit.observation;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The metrics of a scrape as Prometheus sees them.
 *
 * @param labels the values of each label, by the names of samples
 */
record PrometheusMetrics(Map<String, Map<String, Set<String>>> labels) {

	private static final Pattern SAMPLE = Pattern.compile("^(ratelimit\\w+)(?:\\{([^}]*)})? \\S+", Pattern.MULTILINE);

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

	private static final Pattern SUFFIX = Pattern.compile("_(count|sum|max|bucket)$");

	/** Reads the metrics of the library in Prometheus' text format. */
	static PrometheusMetrics parse(String scrape) {
		Map<String, Map<String, Set<String>>> labels = new TreeMap<>();
		SAMPLE.matcher(scrape).results().forEach((sample) -> {
			Map<String, Set<String>> ofSample = labels.computeIfAbsent(sample.group(1), (name) -> new TreeMap<>());
			if (sample.group(2) != null) {
				LABEL.matcher(sample.group(2))
					.results()
					.forEach((label) -> ofSample.computeIfAbsent(label.group(1), (name) -> new TreeSet<>())
						.add(label.group(2)));
			}
		});
		return new PrometheusMetrics(labels);
	}

	/** Returns the labels of each metric by its name without the suffix of a sample. */
	Map<String, Set<String>> byFamily() {
		Map<String, Set<String>> families = new TreeMap<>();
		this.labels.forEach((name, values) -> {
			Set<String> known = families.computeIfAbsent(SUFFIX.matcher(name).replaceFirst(""),
					(family) -> new TreeSet<>());
			values.keySet().stream().filter((label) -> !label.equals("le")).forEach(known::add);
		});
		return families;
	}

}
