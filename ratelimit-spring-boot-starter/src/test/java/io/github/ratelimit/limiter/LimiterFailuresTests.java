package io.github.ratelimit.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.CapturedLog;
import io.github.ratelimit.Decision;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.TestThreads;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What happens when the limiter itself fails.
 */
class LimiterFailuresTests {

	private static final String LINE = "The rate limiter failed; the call was let through without being limited ";

	private final ManualTime time = new ManualTime();

	private final LimiterFailures limiterFailures = new LimiterFailures(this.time);

	private final LimitRegistry registry = new LimitRegistry();

	private final RegisteredLimit chat = this.registry.register(Limit.of("chat", Rate.parse("1/s")), List.of());

	private final RegisteredLimit login = this.registry.register(Limit.of("login", Rate.parse("1/s")), List.of());

	private final CapturedLog log = new CapturedLog(LimiterFailures.class);

	@AfterEach
	void closeLog() {
		this.log.close();
	}

	@Test
	void theCallIsLetThroughAndCounted() {
		Decision decision = this.limiterFailures.report(List.of(this.chat, this.login), new IllegalStateException());
		this.limiterFailures.report(List.of(this.chat), new IllegalStateException());

		assertThat(decision.isAllowed()).isTrue();
		assertThat(decision.isDegraded()).isTrue();
		assertThat(this.chat.statistics().degraded()).isEqualTo(2);
		assertThat(this.login.statistics().degraded()).isEqualTo(1);
		assertThat(this.chat.statistics().allowed()).isZero();
		assertThat(this.chat.statistics().denied()).isZero();
	}

	@Test
	void theFirstFailureIsLoggedWithItsCause() {
		IllegalStateException cause = new IllegalStateException("disk on fire");
		this.limiterFailures.report(List.of(this.chat, this.login), cause);

		assertThat(this.log.messages())
			.containsExactly(LINE + "(limits [chat, login]; 0 more since the last such line) [RL601]");
		assertThat(this.log.records().get(0).getThrown()).isSameAs(cause);
		assertThat(this.log.records().get(0).getLevel()).isEqualTo(Level.SEVERE);
	}

	@Test
	void thereIsOneLineAMinuteAtMost() {
		for (int i = 0; i < 100; i++) {
			this.limiterFailures.report(List.of(this.chat), new IllegalStateException());
		}
		this.time.advance(Duration.ofMinutes(1).minusNanos(1));
		this.limiterFailures.report(List.of(this.chat), new IllegalStateException());
		assertThat(this.log.messages()).hasSize(1);

		this.time.advance(Duration.ofNanos(1));
		this.limiterFailures.report(List.of(), new IllegalStateException());
		this.limiterFailures.report(List.of(), new IllegalStateException());

		assertThat(this.log.messages()).hasSize(2)
			.last()
			.isEqualTo(LINE + "(limits []; 100 more since the last such line) [RL601]");
		this.time.advance(Duration.ofHours(5));
		this.limiterFailures.report(List.of(), new IllegalStateException());
		assertThat(this.log.messages()).hasSize(3).last().asString().contains("; 1 more");
	}

	@Test
	void manyThreadsWriteOneLine() throws Exception {
		for (int round = 1; round <= 50; round++) {
			TestThreads.run(4,
					(thread) -> this.limiterFailures.report(List.of(this.chat), new IllegalStateException()));
			assertThat(this.log.messages()).hasSize(round);
			this.time.advance(Duration.ofMinutes(1));
		}
		assertThat(this.chat.statistics().degraded()).isEqualTo(200);
	}

	@Test
	void aClockThatBeginsAnywhereDoesNotSilenceTheLog() {
		for (long origin : new long[] { Long.MIN_VALUE, -1, 0, Long.MAX_VALUE - 1_000_000_000L }) {
			ManualTime shifted = new ManualTime(origin);
			LimiterFailures of = new LimiterFailures(shifted);
			int before = this.log.messages().size();
			of.report(List.of(), new IllegalStateException());
			of.report(List.of(), new IllegalStateException());
			shifted.advance(Duration.ofMinutes(1));
			of.report(List.of(), new IllegalStateException());
			assertThat(this.log.messages()).as("origin %s", origin).hasSize(before + 2);
		}
	}

}
