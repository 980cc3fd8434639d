package io.github.ratelimit.store.redis.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A breaker opens when nothing is answered, not when answers are late. */
class CircuitBreakerTests {

	private static final long DEADLINE = Duration.ofMillis(50).toNanos();

	private static final long SILENCE = Duration.ofSeconds(1).toNanos();

	private final CircuitBreaker breaker = new CircuitBreaker(DEADLINE);

	@Test
	void fiveFailuresInARowOpenIt() {
		for (int i = 0; i < 4; i++) {
			assertThat(this.breaker.failed()).isFalse();
		}
		this.breaker.answered();
		for (int i = 0; i < 4; i++) {
			assertThat(this.breaker.failed()).isFalse();
		}

		assertThat(this.breaker.failed()).isTrue();
		assertThat(this.breaker.isOpen()).isTrue();
	}

	@Test
	void halfOfTheLastTwentyQuestionsOpenIt() {
		for (int i = 0; i < 9; i++) {
			assertThat(this.breaker.failed()).isFalse();
			this.breaker.answered();
		}

		assertThat(this.breaker.failed()).isTrue();
	}

	@Test
	void answersThatAreAlwaysLateNeverOpenIt() {
		for (long now = 0; now < Duration.ofMinutes(1).toNanos(); now += DEADLINE / 5) {
			assertThat(this.breaker.unanswered(now, now + DEADLINE)).isFalse();
			if (now % (4 * DEADLINE) == 0) {
				this.breaker.answered();
			}
		}
	}

	@Test
	void aSecondInWhichNothingIsAnsweredOpensIt() {
		long began = Duration.ofDays(-1).toNanos();
		for (long asked = began; asked + DEADLINE < began + SILENCE; asked += DEADLINE) {
			assertThat(this.breaker.unanswered(asked, asked + DEADLINE)).isFalse();
		}

		assertThat(this.breaker.unanswered(began + SILENCE - DEADLINE, began + SILENCE)).isTrue();
	}

	@Test
	void aFewCallsWithoutAnAnswerDoNotOpenIt() {
		for (int i = 0; i < 4; i++) {
			assertThat(this.breaker.unanswered(i * SILENCE, i * SILENCE + DEADLINE)).isFalse();
		}

		assertThat(this.breaker.unanswered(4 * SILENCE, 4 * SILENCE + DEADLINE)).isTrue();
	}

	@Test
	void aLongDeadlineHasToPassFiveTimes() {
		CircuitBreaker patient = new CircuitBreaker(SILENCE);
		for (long now = SILENCE; now < 5 * SILENCE; now += SILENCE / 2) {
			assertThat(patient.unanswered(now - SILENCE, now)).isFalse();
		}

		assertThat(patient.unanswered(4 * SILENCE, 5 * SILENCE)).isTrue();
	}

	@Test
	void closedItBeginsAnew() {
		for (int i = 0; i < 5; i++) {
			this.breaker.failed();
		}

		assertThat(this.breaker.close()).isTrue();
		assertThat(this.breaker.close()).isFalse();
		assertThat(this.breaker.failed()).isFalse();
		assertThat(this.breaker.isOpen()).isFalse();
	}

}
