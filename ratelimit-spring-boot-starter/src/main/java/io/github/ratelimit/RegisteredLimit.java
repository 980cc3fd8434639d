package io.github.ratelimit;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A limit of the application with what people want to know about it: where its keys come
 * from, what it is bound to, how often it decided what. Thread-safe.
 */
public final class RegisteredLimit {

	private final Limit limit;

	private final List<KeySource> keySources;

	private final LimitStatistics statistics = new LimitStatistics();

	private final Set<String> boundTo = new ConcurrentSkipListSet<>();

	private final Map<String, Limit> plans;

	private final @Nullable Penalty penalty;

	private final @Nullable PenaltyLimits penaltyLimits;

	private final UnaryOperator<String> addressForm;

	private volatile LimitMode mode = LimitMode.ENFORCE;

	RegisteredLimit(Limit limit, List<KeySource> keySources, Map<String, Limit> plans, @Nullable Penalty penalty,
			UnaryOperator<String> addressForm) {
		this.addressForm = addressForm;
		this.limit = limit;
		this.keySources = List.copyOf(keySources);
		this.plans = Map.copyOf(plans);
		this.penalty = penalty;
		this.penaltyLimits = (penalty != null) ? penalty.limitsFor(limit.name()) : null;
	}

	/**
	 * Returns the limit as it is configured now.
	 * @return the limit
	 */
	public Limit limit() {
		return this.limit;
	}

	/**
	 * Returns the limit as it is for the callers of a plan.
	 * @param plan the name of a plan, null for none
	 * @return the limit with that plan's rates; with its own if there is no such plan
	 */
	public Limit limit(@Nullable String plan) {
		return (plan != null) ? this.plans.getOrDefault(plan, this.limit) : this.limit;
	}

	/**
	 * Returns the limit as each plan has it.
	 * @return an unmodifiable map by the names of the plans, empty if there are none
	 */
	public Map<String, Limit> plans() {
		return this.plans;
	}

	/**
	 * Returns what happens to keys that are refused too often.
	 * @return the penalty, null if there is none
	 */
	public @Nullable Penalty penalty() {
		return this.penalty;
	}

	@Nullable PenaltyLimits penaltyLimits() {
		return this.penaltyLimits;
	}

	/**
	 * Returns whether what the limit decides is done.
	 * @return the limit's own mode
	 */
	public LimitMode mode() {
		return this.mode;
	}

	/**
	 * Sets whether what the limit decides is done, from the next call on.
	 * @param mode the limit's own mode
	 */
	public void mode(LimitMode mode) {
		this.mode = mode;
	}

	/**
	 * Returns where the limit's keys come from, the first that has a value.
	 * @return an unmodifiable list, empty for a limit that only the application's own
	 * code asks
	 */
	public List<KeySource> keySources() {
		return this.keySources;
	}

	/**
	 * Returns the key that a plain text means in the application's own code: of the kind
	 * of the limit's first key, so that code and rules share one count. An address is
	 * read as that of a request is. A limit that everybody shares has one key whatever
	 * the text; a limit without keys of its own counts by the text.
	 * @param text the text, not empty
	 * @return the key
	 * @throws IllegalArgumentException if the text is empty, or if the limit's first key
	 * is composed of several parts, which one text cannot name
	 */
	public Key key(String text) {
		if (this.keySources.isEmpty() || text.isEmpty()) {
			return Key.of(text);
		}
		KeySource first = this.keySources.get(0);
		if (first.composed()) {
			throw new IllegalArgumentException("Limit '" + this.limit.name() + "' counts by " + first.expression()
					+ ", several parts that one text cannot name. Pass a new Charge(limit, Key.composed(parts), permits) "
					+ "with a key for each part, such as Key.of(Key.USER_KIND, name) or Key.of(value).");
		}
		return first.kind().equals(Key.GLOBAL_KIND) ? Key.GLOBAL : key(first.kind(), text);
	}

	private Key key(String kind, String text) {
		return Key.of(kind, kind.equals(Key.ADDRESS_KIND) ? this.addressForm.apply(text) : text);
	}

	/**
	 * Returns the keys that people may mean who write a key's text. The text does not
	 * tell its kind, so it is every kind that the limit's keys can have, and those that a
	 * method's own key and {@code on-missing-key: ip} give.
	 * @param text the text of a key, or {@code global}
	 * @return the keys without repetition, the likeliest first, empty for an empty text
	 */
	public List<Key> candidates(String text) {
		if (text.isEmpty()) {
			return List.of();
		}
		Set<Key> candidates = new LinkedHashSet<>();
		if (text.equals(Key.GLOBAL_KIND)) {
			candidates.add(Key.GLOBAL);
		}
		for (KeySource source : this.keySources) {
			for (String kind : source.kinds()) {
				if (!kind.equals(Key.GLOBAL_KIND)) {
					candidates.add(key(kind, text));
					candidates.add(Key.of(kind, text));
				}
			}
		}
		candidates.add(Key.of(Key.VALUE_KIND, text));
		candidates.add(Key.of(Key.USER_KIND, text));
		candidates.add(key(Key.ADDRESS_KIND, text));
		candidates.add(Key.of(Key.ADDRESS_KIND, text));
		return List.copyOf(candidates);
	}

	/**
	 * Returns how often the limit decided what.
	 * @return live figures
	 */
	public LimitStatistics statistics() {
		return this.statistics;
	}

	/**
	 * Notes something that is limited by this limit.
	 * @param what a rule or a method, for people, for example {@code POST /v1/**}
	 */
	public void bindTo(String what) {
		this.boundTo.add(what);
	}

	/**
	 * Returns what is limited by this limit.
	 * @return rules and methods, in alphabetical order
	 */
	public List<String> boundTo() {
		return List.copyOf(this.boundTo);
	}

}
