package io.github.ratelimit.governor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.LimitMode;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Refill;
import io.github.ratelimit.store.InstanceNote;
import io.github.ratelimit.store.InstanceNotes;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two hundred callers use all of a provider's quota for ten minutes and are not refused.
 * The table of the benchmarks has more cases and goes through headers.
 */
@Tag("version-independent")
class QuotaUseTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final List<ConfiguredQuota> QUOTAS = List.of(new ConfiguredQuota(Dimension.REQUESTS, 500, MINUTE),
			new ConfiguredQuota(Dimension.TOKENS, 500_000, MINUTE));

	private ManualTime time = new ManualTime();

	private LimitedProvider provider = new LimitedProvider(Refill.CONTINUOUS);

	/** Null for instances that know nothing of each other. */
	private InstanceNotes notes;

	private SimulatedCallers discovering(int instances) {
		return callers(instances, List.of(), true);
	}

	private SimulatedCallers configured(int instances) {
		return callers(instances, QUOTAS, true);
	}

	private SimulatedCallers withoutReports() {
		return callers(1, QUOTAS, false).withoutReports();
	}

	private SimulatedCallers callers(int instances, List<ConfiguredQuota> quotas, boolean reports) {
		GovernorSettings settings = new GovernorSettings(quotas, reports, Integer.MAX_VALUE, 1000, Duration.ofDays(1),
				GovernorSettings.DEFAULTS.reserve(), MINUTE, LimitMode.ENFORCE);
		return new SimulatedCallers(this.time, this.provider, instances, () -> new Governor("openai", Key.GLOBAL,
				settings, () -> false, (dimension) -> MINUTE, this.time, Runnable::run, this.notes));
	}

	/** Lets the instances tell each other what they know. */
	private void share() {
		Map<String, InstanceNote> left = new LinkedHashMap<>();
		this.notes = (subject, key, instance, note) -> {
			List<InstanceNote> others = left.values()
				.stream()
				.filter((other) -> !other.instance().equals(instance))
				.map((other) -> new InstanceNote(other.instance(), this.time.nanoTime() - other.ageNanos(),
						other.note()))
				.toList();
			left.put(instance, new InstanceNote(instance, this.time.nanoTime(), note));
			return CompletableFuture.completedFuture(others);
		};
	}

	private void passTo(int minute) {
		this.time.advance(Duration.ofMinutes(minute).minusNanos(1 + this.time.nanoTime()));
	}

	private void assertQuotaUsed(double leastUsed) {
		passTo(10);
		assertThat(this.provider.used(this.time.nanoTime())).as("used of C + r T").isBetween(leastUsed, 1.0);
		assertThat(this.provider.throttled()).as("refused of all attempts").isLessThanOrEqualTo(0.001);
	}

	@Test
	void configuredLimitsAreUsed() {
		configured(1).begin();
		assertQuotaUsed(0.98);
	}

	@Test
	void configuredLimitsAreUsedByFourInstancesThatKnowNothingOfEachOther() {
		configured(4).withHeadsAtTheEnd().begin();
		assertQuotaUsed(0.98);
	}

	@Test
	void discoveredLimitsAreUsed() {
		discovering(1).begin();
		assertQuotaUsed(0.98);
	}

	@Test
	void discoveredLimitsAreUsedWhereHeadsComeAtTheEnd() {
		discovering(1).withHeadsAtTheEnd().begin();
		assertQuotaUsed(0.98);
	}

	@Test
	void discoveredLimitsAreUsedByFourInstancesThatKnowNothingOfEachOther() {
		discovering(4).begin();
		assertQuotaUsed(0.98);
	}

	@Test
	void discoveredLimitsAreUsedByEightInstancesThatShareWhatTheyKnow() {
		share();
		discovering(8).begin();
		assertQuotaUsed(0.98);
	}

	@Test
	void configuredLimitsAreUsedByFourInstancesThatShareWhatTheyKnowWithoutReports() {
		share();
		callers(4, QUOTAS, false).withoutReports().begin();
		assertQuotaUsed(0.98);
	}

	@Test
	void fixedWindowsWithoutResetsAreUsedByFourInstancesThatShareWhatTheyKnow() {
		share();
		this.provider = new LimitedProvider(Refill.FIXED_WINDOW).withoutResets();
		discovering(4).withHeadsAtTheEnd().begin();
		assertQuotaUsed(0.93);
	}

	/** As over Redis, the age of a note includes the way of the request for it. */
	@Test
	void fixedWindowsAreUsedByInstancesWhoseNotesTakeDifferentTimes() {
		share();
		InstanceNotes shared = this.notes;
		Random random = new Random(7919);
		this.notes = (subject, key, instance, note) -> {
			long asked = this.time.nanoTime();
			return this.time.after(1 + random.nextInt(5_000_000))
				.thenCompose((there) -> shared.exchange(subject, key, instance, note))
				.thenCompose((others) -> this.time.after(1 + random.nextInt(5_000_000)).thenApply((back) -> others))
				.thenApply((others) -> others.stream()
					.map((other) -> new InstanceNote(other.instance(), other.ageNanos() + this.time.nanoTime() - asked,
							other.note()))
					.toList());
		};
		this.provider = new LimitedProvider(Refill.FIXED_WINDOW).withoutResets();
		discovering(4).begin();
		assertQuotaUsed(0.96);
	}

	@Test
	void estimatesMayBeAThirdTooHigh() {
		discovering(1).withEstimates(1.3, 0.3).begin();
		assertQuotaUsed(0.98);
	}

	@Test
	void estimatesMayBeAThirdTooLow() {
		discovering(1).withEstimates(0.7, 0.3).begin();
		assertQuotaUsed(0.98);
	}

	@Test
	void aQuotaThatIsHalvedAndRestoredIsUsed() {
		discovering(1).withHeadsAtTheEnd().begin();
		passTo(3);
		this.provider.scaleTo(0.5, this.time.nanoTime());
		passTo(6);
		this.provider.scaleTo(1, this.time.nanoTime());
		assertQuotaUsed(0.98);
	}

	@Test
	void aSmallQuotaIsUsedThoughManyCallsBeginAtOnce() {
		double refused = 0;
		for (int run = 1; run <= 10; run++) {
			this.time = new ManualTime();
			this.provider = new LimitedProvider(Refill.CONTINUOUS);
			this.provider.scaleTo(0.12, this.time.nanoTime());
			discovering(4).withSeed(run * 7919L).begin();
			passTo(10);
			refused += this.provider.throttled();
		}
		assertThat(refused / 10).as("refused of all attempts, which differs much from run to run")
			.isLessThanOrEqualTo(0.01);
	}

	@Test
	void fixedWindowsAreUsed() {
		this.provider = new LimitedProvider(Refill.FIXED_WINDOW);
		discovering(1).begin();
		assertQuotaUsed(0.95);
	}

	@Test
	void fixedWindowsAreUsedByFourInstancesThatKnowNothingOfEachOther() {
		this.provider = new LimitedProvider(Refill.FIXED_WINDOW);
		discovering(4).withHeadsAtTheEnd().begin();
		assertQuotaUsed(0.95);
	}

	@Test
	void fixedWindowsAreUsedByAClientThatStartsLateInOne() {
		this.provider = new LimitedProvider(Refill.FIXED_WINDOW);
		this.time.advance(Duration.ofSeconds(35));
		discovering(1).begin();
		assertQuotaUsed(0.95);
	}

	@Test
	void fixedWindowsAreFoundWhereNoReportShowsTheirEnd() {
		this.provider = new LimitedProvider(Refill.FIXED_WINDOW).withoutResets();
		this.time.advance(Duration.ofSeconds(35));
		discovering(1).begin();
		assertQuotaUsed(0.95);
	}

	@Test
	void fixedWindowsAreFoundByFourInstancesThatKnowNothingOfEachOtherWhereNoReportShowsTheirEnd() {
		this.provider = new LimitedProvider(Refill.FIXED_WINDOW).withoutResets();
		discovering(4).withHeadsAtTheEnd().withEstimates(1.1, 0.1).begin();
		assertQuotaUsed(0.96);
	}

	@Test
	void anInstanceThatIsRestartedUnderLoadDoesNotTakeTheQuotaForUnused() {
		SimulatedCallers callers = discovering(1).begin();
		for (int minute = 2; minute < 10; minute += 2) {
			passTo(minute);
			callers.restart(0);
		}
		assertQuotaUsed(0.98);
	}

	@Test
	void instancesMayBeRestartedOneAfterTheOther() {
		SimulatedCallers callers = discovering(4).begin();
		for (int instance = 0; instance < 4; instance++) {
			passTo(3 + instance);
			callers.restart(instance);
		}
		assertQuotaUsed(0.98);
	}

	@Test
	void aRightConfigurationIsEnoughWhereTheProviderReportsNothing() {
		withoutReports().begin();
		assertQuotaUsed(0.98);
	}

	@Test
	void estimatesMayBeAThirdTooLowWhereTheProviderReportsNothing() {
		withoutReports().withEstimates(0.7, 0.3).begin();
		assertQuotaUsed(0.98);
	}

}
