package io.github.ratelimit.observation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The names in an expression of PromQL: its metrics with the values that their labels
 * have to have, and the labels that it groups by. It reads names only, and checks no
 * syntax.
 */
final class PromQuery {

	private static final Pattern TOKEN = Pattern
		.compile("\"(?:\\\\.|[^\"\\\\])*\"|\\$\\w+|[a-zA-Z_:][\\w:]*|[\\d.]+[a-z]*|=~|!~|!=|\\S");

	private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][\\w:]*");

	private static final Set<String> GROUPING = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");

	private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset");

	private final List<String> tokens;

	private final Map<String, Map<String, Set<String>>> metrics = new LinkedHashMap<>();

	private final Set<String> grouping = new TreeSet<>();

	private int next;

	private PromQuery(List<String> tokens) {
		this.tokens = tokens;
	}

	static PromQuery parse(String expression) {
		PromQuery query = new PromQuery(TOKEN.matcher(expression).results().map(MatchResult::group).toList());
		query.read();
		return query;
	}

	/** Returns the metrics, each with the values of its labels that it asks for. */
	Map<String, Map<String, Set<String>>> metrics() {
		return this.metrics;
	}

	/** Returns the labels that the expression groups by. */
	Set<String> grouping() {
		return this.grouping;
	}

	private void read() {
		while (this.next < this.tokens.size()) {
			String token = take();
			if (token.equals("[")) {
				skipTo("]");
			}
			else if (GROUPING.contains(token)) {
				take();
				this.grouping.addAll(namesUpTo(")"));
			}
			else if (NAME.matcher(token).matches() && !WORDS.contains(token) && !GROUPING.contains(peek())
					&& !peek().equals("(")) {
				readMetric(this.metrics.computeIfAbsent(token, (name) -> new LinkedHashMap<>()));
			}
		}
	}

	private void readMetric(Map<String, Set<String>> labels) {
		if (!peek().equals("{")) {
			return;
		}
		take();
		while (!peek().equals("}")) {
			String label = take();
			String operator = take();
			String value = take();
			Set<String> values = labels.computeIfAbsent(label, (name) -> new TreeSet<>());
			String text = value.substring(1, value.length() - 1);
			if (!text.startsWith("$")) {
				values.addAll(operator.endsWith("~") ? List.of(text.split("\\|")) : List.of(text));
			}
			if (peek().equals(",")) {
				take();
			}
		}
		take();
	}

	private List<String> namesUpTo(String end) {
		List<String> names = new ArrayList<>();
		for (String token = take(); !token.equals(end); token = take()) {
			if (!token.equals(",")) {
				names.add(token);
			}
		}
		return names;
	}

	private void skipTo(String end) {
		while (!take().equals(end)) {
			// a range, such as 5m
		}
	}

	private String take() {
		return this.tokens.get(this.next++);
	}

	private String peek() {
		return (this.next < this.tokens.size()) ? this.tokens.get(this.next) : "";
	}

}
