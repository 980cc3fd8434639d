package io.github.ratelimit.governor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.governor.GovernorState.QuotaState;
import io.github.ratelimit.governor.SharedNote.SentNote;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import io.github.ratelimit.provider.dialect.Quota;
import io.github.ratelimit.provider.dialect.Refill;
import io.github.ratelimit.provider.dialect.Throttle;
import io.github.ratelimit.provider.dialect.Throttle.Kind;
import io.github.ratelimit.store.InstanceNote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What instances that share what they know count against a quota of an hour: each call
 * once.
 */
class SharedQuotaTests {

	private static final Duration HOUR = Duration.ofHours(1);

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final int LIMIT = 200;

	private final ManualTime time = new ManualTime();

	private Random random = new Random(7919);

	private final Map<String, InstanceNote> left = new LinkedHashMap<>();

	/** Old calls of two instances. */
	private final List<GovernedCall> answered = new ArrayList<>();

	private boolean away;

	/** How many milliseconds a request takes to the provider at most. */
	private int transit = 300;

	private Duration maxWait = Duration.ofSeconds(2);

	private Refill refill = Refill.CONTINUOUS;

	private double remaining = LIMIT;

	private long refilledAt;

	private int served;

	private int refused;

	/** The store is a millisecond away. */
	private CompletableFuture<List<InstanceNote>> exchange(String subject, Key key, String instance, byte[] note) {
		return this.time.after(1_000_000).thenCompose((there) -> {
			if (this.away) {
				return CompletableFuture.failedFuture(new IllegalStateException("The store is away"));
			}
			long now = this.time.nanoTime();
			List<InstanceNote> others = this.left.values()
				.stream()
				.filter((other) -> !other.instance().equals(instance))
				.map((other) -> new InstanceNote(other.instance(), now - other.ageNanos(), other.note()))
				.toList();
			this.left.put(instance, new InstanceNote(instance, now, note));
			return this.time.after(1_000_000).thenApply((back) -> others);
		});
	}

	private Governor instance(List<ConfiguredQuota> quotas, boolean reports) {
		GovernorSettings settings = new GovernorSettings(quotas, reports, Integer.MAX_VALUE, 1000, Duration.ofDays(1),
				GovernorSettings.DEFAULTS.reserve(), HOUR, LimitMode.ENFORCE);
		return new Governor("openai", Key.GLOBAL, settings, () -> false, (dimension) -> MINUTE, this.time,
				Runnable::run, this::exchange);
	}

	private Governor discovering() {
		return instance(List.of(), true);
	}

	private Governor configured() {
		return instance(List.of(new ConfiguredQuota(Dimension.REQUESTS, LIMIT, HOUR)), true);
	}

	/** Returns an instance with a quota of tokens that the provider does not report. */
	private Governor withTokens() {
		return instance(List.of(new ConfiguredQuota(Dimension.TOKENS, 10_000, HOUR)), false);
	}

	private static QuotaState quota(Governor instance) {
		return instance.state().quotas().get(0);
	}

	private CompletableFuture<GovernedCall> call(Governor instance, long tokens) {
		return instance
			.acquireAsync(new CallRequest(new CallCost(tokens, 0), this.maxWait, 0, false, Caller.UNBOUNDED));
	}

	private List<GovernedCall> calls(Governor instance, int count) {
		List<GovernedCall> calls = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			CompletableFuture<GovernedCall> call = call(instance, 0);
			pass(call.isDone() ? 0 : 2);
			assertThat(call).isCompleted();
			calls.add(call.join());
		}
		return calls;
	}

	private static void report(GovernedCall call, long remaining, @Nullable Duration window) {
		call.report(new ProviderSnapshot(
				List.of(new Quota(Dimension.REQUESTS, LIMIT, remaining, null, window, Refill.CONTINUOUS)), null, 0),
				true);
	}

	private void pass(long millis) {
		this.time.advance(Duration.ofMillis(millis));
	}

	/** Returns two instances that know of each other. */
	private List<Governor> two() {
		List<Governor> two = List.of(discovering(), discovering());
		for (int i = 2; i > 0; i--) {
			this.answered.clear();
			for (Governor instance : two) {
				CompletableFuture<GovernedCall> call = call(instance, 0);
				pass(100);
				assertThat(call).isCompleted();
				report(call.join(), 100 + i, HOUR);
				this.answered.add(call.join());
				pass(1000);
			}
		}
		return two;
	}

	/** Lets both leave notes and read those of the other: old reports are no news. */
	private void meet() {
		for (int i = 0; i < 3; i++) {
			pass(250);
			this.answered.forEach((call) -> report(call, LIMIT, HOUR));
		}
		pass(250);
	}

	@Test
	void aCallOfAnotherInstanceIsNotSubtractedFromAReportThatIncludesIt() {
		List<Governor> two = two();
		calls(two.get(0), 5);
		pass(10);
		GovernedCall later = calls(two.get(1), 1).get(0);
		pass(10);
		report(later, 60, HOUR);
		meet();
		assertThat(quota(two.get(1)).available()).as("reported here, then the note came").isEqualTo(60);
		assertThat(quota(two.get(0)).available()).as("reported to the other").isEqualTo(60);
	}

	@Test
	void aCallOfAnotherInstanceThatWasSentAfterTheReportedOneIsSubtracted() {
		List<Governor> two = two();
		GovernedCall earlier = calls(two.get(1), 1).get(0);
		pass(10);
		calls(two.get(0), 5);
		pass(10);
		report(earlier, 60, HOUR);
		meet();
		double factor = quota(two.get(1)).factor();
		assertThat(quota(two.get(1)).available()).isEqualTo(Math.round(60 - 5 * factor));
		assertThat(quota(two.get(0)).available()).isEqualTo(Math.round(60 - 5 * factor));
	}

	@Test
	void ofTheCallsInOneNoteThoseAfterTheReportedOneAreSubtracted() {
		List<Governor> two = two();
		calls(two.get(0), 3);
		pass(40);
		GovernedCall between = calls(two.get(1), 1).get(0);
		pass(40);
		calls(two.get(0), 2);
		pass(10);
		report(between, 60, HOUR);
		meet();
		assertThat(quota(two.get(1)).available()).isEqualTo(Math.round(60 - 2 * quota(two.get(1)).factor()));
		assertThat(quota(two.get(0)).available()).isEqualTo(Math.round(60 - 2 * quota(two.get(0)).factor()));
	}

	@Test
	void aReportThatComesLateIncludesWhatOthersHadSent() {
		List<Governor> two = two();
		calls(two.get(0), 5);
		pass(50);
		GovernedCall slow = calls(two.get(1), 1).get(0);
		pass(15_000);
		report(slow, 60, HOUR);
		assertThat(quota(two.get(1)).available()).isBetween(60L, 61L);
		meet();
		assertThat(quota(two.get(0)).available()).isBetween(60L, 61L);
	}

	@Test
	void anotherInstancesReportOfACallThatArrivedLaterLowersWhatIsAvailable() {
		List<Governor> two = two();
		GovernedCall overtaken = calls(two.get(0), 1).get(0);
		pass(10);
		GovernedCall first = calls(two.get(1), 1).get(0);
		pass(10);
		report(first, 60, HOUR);
		report(overtaken, 55, HOUR);
		meet();
		assertThat(quota(two.get(1)).available()).isEqualTo(55);
	}

	@Test
	void aReportDoesNotBecomeNewerOnItsWayThroughOthers() {
		List<Governor> two = two();
		GovernedCall reported = calls(two.get(1), 1).get(0);
		pass(5);
		calls(two.get(0), 5);
		pass(10);
		report(reported, 60, HOUR);
		for (int i = 0; i < 10; i++) {
			meet();
		}
		long expected = Math.round(60 - 5 * quota(two.get(0)).factor());
		assertThat(quota(two.get(0)).available()).as("some refill in ten seconds").isBetween(expected, expected + 1);
	}

	/** Nothing shows whether the provider had taken them before the reported call. */
	@ParameterizedTest
	@CsvSource({ "0, 0", "1000, 10", "5000, 5" })
	void callsThatMayHaveBeenOvertakenCountUntilTheyAreAnswered(int answeredAfter, int counted) {
		List<Governor> two = two();
		List<GovernedCall> overtaken = new ArrayList<>(calls(two.get(0), 5));
		pass(220);
		overtaken.addAll(calls(two.get(0), 5));
		if (answeredAfter == 0) {
			overtaken.forEach((call) -> report(call, 80, HOUR));
		}
		pass(10);
		GovernedCall later = calls(two.get(1), 1).get(0);
		pass(answeredAfter);
		report(later, 60, HOUR);
		meet();
		List<CompletableFuture<GovernedCall>> more = new ArrayList<>();
		for (int i = 0; i < 60; i++) {
			more.add(call(two.get(1), 0));
		}
		pass(500);
		long sent = more.stream().filter((call) -> call.isDone() && !call.isCompletedExceptionally()).count();
		double factor = quota(two.get(1)).factor();
		assertThat(sent * factor).as("60 less 20 of reserve").isCloseTo(40 - counted * factor, within(2.5));
	}

	@Test
	void instancesThatSpendAWindowEvenlyDivideWhatTheyMaySpendAtOnce() {
		List<Governor> instances = instances(4, false);
		for (Governor instance : instances) {
			CompletableFuture<GovernedCall> call = call(instance, 0);
			pass(1000);
			call.join()
				.report(new ProviderSnapshot(List
					.of(new Quota(Dimension.REQUESTS, 1000, 950, MINUTE.dividedBy(2), MINUTE, Refill.FIXED_WINDOW)),
						null, 0), false);
		}
		pass(2000);
		List<CompletableFuture<GovernedCall>> calls = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			calls.add(call(instances.get(i % 4), 0));
		}
		pass(100);
		assertThat(calls.stream().filter(CompletableFuture::isDone)).as("5% of 1000, at a factor of 4")
			.hasSizeBetween(8, 20);
	}

	@Test
	void callsThatWereNotSentAreNotGivenBackToAReportThatNeverIncludedThem() {
		List<Governor> two = two();
		List<GovernedCall> failed = calls(two.get(0), 5);
		meet();
		GovernedCall later = calls(two.get(1), 1).get(0);
		pass(10);
		report(later, 60, HOUR);
		failed.forEach(GovernedCall::notSent);
		meet();
		assertThat(quota(two.get(1)).available()).isEqualTo(60);
	}

	@Test
	void callsThatWereNotSentAreGivenBackIfNoReportIsNewer() {
		List<Governor> two = two();
		long before = quota(two.get(1)).available();
		List<GovernedCall> failed = calls(two.get(0), 5);
		pass(300);
		meet();
		assertThat(quota(two.get(1)).available()).isLessThan(before);
		pass(1000);
		failed.forEach(GovernedCall::notSent);
		meet();
		assertThat(quota(two.get(1)).available()).isBetween(before, before + 2);
	}

	@Test
	void aWindowThatIsOnlyAssumedIsReplacedByOneThatAnotherInstanceWasReported() {
		Governor assuming = discovering();
		CompletableFuture<GovernedCall> call = call(assuming, 0);
		pass(100);
		assertThat(call).isCompleted();
		report(call.join(), 150, null);
		pass(500);
		Governor other = discovering();
		CompletableFuture<GovernedCall> otherCall = call(other, 0);
		pass(500);
		assertThat(other.state().quotas()).singleElement().satisfies((quota) -> {
			assertThat(quota.window()).isEqualTo(MINUTE);
			assertThat(quota.limit()).isEqualTo(LIMIT);
		});
		assertThat(otherCall).isCompleted();
		report(otherCall.join(), 149, HOUR);
		assertThat(other.state().quotas()).extracting(QuotaState::window).containsExactly(HOUR);
		pass(500);
		calls(assuming, 1);
		pass(500);
		assertThat(assuming.state().quotas()).extracting(QuotaState::window).containsExactly(HOUR);
		pass(500);
		assertThat(other.state().quotas()).extracting(QuotaState::window).containsExactly(HOUR);
	}

	@Test
	void anInstanceThatIsHeardOfLateCountsWhatItHasChargedItself() {
		this.away = true;
		Governor one = withTokens();
		Governor other = withTokens();
		CompletableFuture<GovernedCall> calls = call(one, 4000);
		CompletableFuture<GovernedCall> otherCalls = call(other, 3000);
		pass(100);
		assertThat(calls).isCompleted();
		assertThat(otherCalls).isCompleted();
		this.away = false;
		pass(3000);
		call(one, 10);
		pass(500);
		call(other, 10);
		pass(3000);
		assertThat(quota(other).available()).as("10,000 less 4,000 and 3,000").isBetween(2900L, 3030L);
	}

	@Test
	void anInstanceThatBeganEarlierAndIsHeardOfLateIsCharged() {
		this.away = true;
		Governor late = withTokens();
		CompletableFuture<GovernedCall> lateCalls = call(late, 4000);
		pass(100);
		assertThat(lateCalls).isCompleted();
		this.away = false;
		Governor one = withTokens();
		CompletableFuture<GovernedCall> calls = call(one, 3000);
		pass(500);
		assertThat(calls).isCompleted();
		assertThat(quota(one).available()).as("before the other's next note").isBetween(7000L, 7030L);
		pass(2000);
		call(one, 10);
		pass(500);
		assertThat(quota(one).available()).as("10,000 less 3,000 and 4,000").isBetween(2980L, 3010L);
	}

	@Test
	void anInstanceThatComesBackAfterAMinuteIsNotChargedOnceMore() {
		Governor one = withTokens();
		Governor other = withTokens();
		call(one, 4000);
		CompletableFuture<GovernedCall> otherCall = call(other, 10);
		pass(1000);
		assertThat(otherCall).isCompleted();
		this.left.clear();
		for (int i = 0; i < 3; i++) {
			call(other, 10);
			pass(1000);
		}
		long before = quota(other).available();
		call(one, 10);
		pass(1000);
		call(other, 10);
		pass(500);
		assertThat(quota(other).available()).as("10 of each, and what refills").isBetween(before - 20, before + 10);
	}

	@Test
	void whatAnotherInstanceHasChargedWhileTheStoreWasAwayIsInItsPart() {
		Governor one = withTokens();
		Governor other = withTokens();
		call(one, 10);
		call(other, 10);
		pass(3000);
		call(one, 10);
		call(other, 10);
		pass(500);
		this.away = true;
		CompletableFuture<GovernedCall> call = call(one, 2000);
		call(other, 10);
		pass(3000);
		assertThat(call).isCompleted();
		this.left.clear();
		this.away = false;
		call(other, 10);
		pass(3000);
		long before = quota(other).available();
		call(one, 10);
		pass(3000);
		call(other, 10);
		pass(1000);
		assertThat(quota(other).available()).as("20 tokens, and what refills").isBetween(before - 20, before + 30);
	}

	@Test
	void whatWasNeverChargedHereIsNotGivenBackHere() {
		Governor one = withTokens();
		call(one, 3000);
		pass(3000);
		this.away = true;
		Governor late = withTokens();
		CompletableFuture<GovernedCall> call = call(late, 5000);
		pass(3000);
		assertThat(call).isCompleted();
		call(one, 10);
		pass(6000);
		long before = quota(one).available();
		this.away = false;
		call(late, 10);
		call(one, 10);
		pass(3000);
		assertThat(call).isCompleted();
		call.join().close(new CallCost(100, 0));
		call(late, 10);
		call(one, 10);
		pass(1000);
		assertThat(quota(one).available()).isLessThanOrEqualTo(before + 30);
	}

	@Test
	void whatACallTurnsOutNotToHaveUsedIsGivenBackAlsoAfterAPause() {
		Governor one = withTokens();
		Governor other = withTokens();
		CompletableFuture<GovernedCall> call = call(one, 5000);
		CompletableFuture<GovernedCall> otherCall = call(other, 10);
		pass(1000);
		assertThat(otherCall).isCompleted();
		call(other, 10);
		pass(500);
		assertThat(quota(other).available()).isBetween(4900L, 5000L);
		pass(20_000);
		assertThat(call).isCompleted();
		call.join().close(new CallCost(100, 0));
		call(one, 10);
		pass(500);
		call(other, 10);
		pass(500);
		assertThat(quota(other).available()).isBetween(9800L, 9960L);
	}

	private void send(Governor instance, int headDelay) {
		call(instance, 0).thenAccept((call) -> after(20, this.transit, () -> arrive(call, headDelay)));
	}

	private void arrive(GovernedCall call, int headDelay) {
		long now = this.time.nanoTime();
		if (this.refill == Refill.CONTINUOUS) {
			this.remaining = Math.min(LIMIT,
					this.remaining + LIMIT * (now - this.refilledAt) / (double) HOUR.toNanos());
			this.refilledAt = now;
		}
		boolean admitted = this.remaining >= 1;
		this.remaining -= admitted ? 1 : 0;
		this.served += admitted ? 1 : 0;
		this.refused += admitted ? 0 : 1;
		Throttle throttle = admitted ? null : new Throttle(Kind.RATE_LIMITED, HOUR, null, "rate_limit_exceeded");
		ProviderSnapshot head = new ProviderSnapshot(
				List.of(new Quota(Dimension.REQUESTS, LIMIT, (long) this.remaining, null, HOUR, this.refill)), throttle,
				0);
		after(headDelay, 2 * headDelay, () -> {
			call.report(head, admitted);
			call.close();
		});
	}

	private void after(int least, int most, Runnable action) {
		this.time.after(Duration.ofMillis(least + this.random.nextInt(most - least + 1)).toNanos()).thenRun(action);
	}

	private List<Governor> instances(int count, boolean configured) {
		List<Governor> instances = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			instances.add(configured ? configured() : discovering());
		}
		return instances;
	}

	private void burst(List<Governor> instances, int calls) {
		for (int i = 0; i < calls; i++) {
			send(instances.get(i % instances.size()), 30);
			pass((i % 5 == 4) ? 10 : 0);
		}
	}

	/** Calls wait for two seconds, so what is held back in error stays unused. */
	@ParameterizedTest
	@CsvSource({ "2, false, CONTINUOUS", "2, true, CONTINUOUS", "4, false, CONTINUOUS", "4, true, CONTINUOUS",
			"8, false, CONTINUOUS", "2, false, FIXED_WINDOW", "4, false, FIXED_WINDOW", "8, false, FIXED_WINDOW" })
	void aBurstOnSeveralInstancesUsesTheQuota(int instances, boolean configured, Refill refill) {
		this.refill = refill;
		burst(instances(instances, configured), 300);
		pass(3000);
		assertThat(this.refused).isZero();
		assertThat(this.served).as("of 200 with a reserve of 10%").isBetween(170, 185);
	}

	/** The provider takes calls in another order than they were sent in. */
	@ParameterizedTest
	@CsvSource({ "4, 1, CONTINUOUS", "4, 2, CONTINUOUS", "4, 3, FIXED_WINDOW", "8, 4, CONTINUOUS",
			"8, 5, FIXED_WINDOW" })
	void aBurstIsNotRefusedWhereRequestsTakeUpToASecond(int instances, int seed, Refill refill) {
		this.random = new Random(seed);
		this.transit = 1000;
		this.refill = refill;
		burst(instances(instances, false), 400);
		pass(10_000);
		assertThat(this.refused).isZero();
		assertThat(this.served).as("of 200 with a reserve of 10%").isBetween(150, 185);
	}

	@ParameterizedTest
	@CsvSource({ "2, 30", "4, 30", "4, 5000" })
	void steadyCallsOnSeveralInstancesUseTheQuota(int count, int headDelay) {
		List<Governor> instances = instances(count, false);
		for (int i = 0; i < 300; i++) {
			send(instances.get(i % count), headDelay);
			pass(100 + this.random.nextInt(800));
		}
		pass(10_000);
		assertThat(this.refused).isZero();
		assertThat(this.served).as("of 200 and what refills in three minutes").isBetween(180, 195);
	}

	@Test
	void afterTheRestartOfAnInstanceTheRestIsUsed() {
		List<Governor> instances = instances(2, false);
		burst(instances, 60);
		pass(10_000);
		instances.set(0, discovering());
		burst(instances, 240);
		pass(3000);
		assertThat(this.refused).isZero();
		assertThat(this.served).isBetween(170, 185);
	}

	@Test
	void aNoteHasAllCallsAfterTheStoreHasNotAnsweredForALongTime() {
		List<SharedNote> notes = new ArrayList<>();
		Governor governor = new Governor("openai", Key.GLOBAL, GovernorSettings.DEFAULTS, () -> true,
				(dimension) -> MINUTE, this.time, Runnable::run, (subject, key, instance, note) -> {
					notes.add(SharedNote.decode(note));
					return this.time.after(MINUTE.toNanos()).thenApply((over) -> List.of());
				});
		for (int call = 0; call < 100; call++) {
			governor.acquire(CallRequest.of(CallCost.REQUEST, Duration.ZERO)).close();
			this.time.advance(Duration.ofMillis(30));
		}
		this.time.advance(MINUTE);
		assertThat(notes.get(notes.size() - 1).sent().stream().mapToDouble(SentNote::requests).sum()).isEqualTo(100);
	}

}
