package io.github.ratelimit;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
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

	private volatile LimitMode mode = LimitMode.ENFORCE;

	RegisteredLimit(Limit limit, List<KeySource> keySources, Map<String, Limit> plans, @Nullable Penalty penalty) {
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
					candidates.add(Key.of(kind, text));
				}
			}
		}
		candidates.add(Key.of(Key.VALUE_KIND, text));
		candidates.add(Key.of(Key.USER_KIND, text));
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
