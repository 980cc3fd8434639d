package io.github.ratelimit.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.StoreObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ListenersTests {

	private final List<String> told = new CopyOnWriteArrayList<>();

	private final RegisteredLimit chat = new LimitRegistry().register(Limit.of("chat", Rate.parse("10/s")), List.of());

	@Test
	void anExceptionOfOneListenerDoesNotAffectTheOthers(CapturedOutput output) {
		List<String> events = new ArrayList<>();
		RateLimitListener listeners = Listeners.ofLimits(() -> List.of(new RateLimitListener() {

			@Override
			public void banned(RegisteredLimit limit, Key key, Duration ban) {
				throw new IllegalStateException("failed for sk-secret");
			}

		}, new RateLimitListener() {

			@Override
			public void banned(RegisteredLimit limit, Key key, Duration ban) {
				events.add("banned " + ban);
			}

			@Override
			public void waited(RegisteredLimit limit, long nanos) {
				events.add("waited " + nanos);
			}

		}));
		listeners.banned(this.chat, Key.of("sk-secret"), Duration.ofHours(1));
		listeners.banned(this.chat, Key.of("sk-secret"), Duration.ofHours(2));
		listeners.waited(this.chat, 5);
		assertThat(events).containsExactly("banned PT1H", "banned PT2H", "waited 5");
		assertThat(output.toString().split("An event of a limit could not be delivered", -1)).hasSize(2);
		assertThat(output).contains("java.lang.IllegalStateException").doesNotContain("sk-secret");
	}

	@Test
	void noExceptionOfAListenerIsThrown() {
		List<String> told = new ArrayList<>();
		RateLimitListener listeners = Listeners.ofLimits(() -> List.of(new RateLimitListener() {

			@Override
			public void storeDegraded(String store, String node, String reason) {
				throw new AssertionError("failed on purpose");
			}

		}, new RateLimitListener() {

			@Override
			public void storeDegraded(String store, String node, String reason) {
				told.add("degraded " + node);
			}

		}));
		listeners.storeDegraded("redis", "localhost:6379", "timeout");
		assertThat(told).containsExactly("degraded localhost:6379");
	}

	@Test
	void whatOneListenerWantsIsWanted() {
		RateLimitListener wanting = new RateLimitListener() {
		};
		assertThat(Listeners.ofLimits(() -> List.of(RateLimitListener.NONE, wanting)).wantsDenials()).isTrue();
		assertThat(Listeners.ofLimits(() -> List.of(RateLimitListener.NONE, wanting)).wantsNearLimits()).isTrue();
		assertThat(Listeners.ofLimits(() -> List.of(RateLimitListener.NONE)).wantsDenials()).isFalse();
		assertThat(Listeners.ofLimits(() -> List.of(RateLimitListener.NONE)).wantsNearLimits()).isFalse();
	}

	@Test
	void anObserverThatFailsAffectsNeitherTheOthersNorTheCall() {
		StoreObserver observers = Listeners.ofStore(List.of(new Failing(), new Recorder("one"), new Recorder("two")));
		try (StoreObserver.Call call = observers.asking(3)) {
			call.ended(StoreObserver.Outcome.LATE);
		}
		observers.answered(5);
		observers.failed("timeout");
		assertThat(this.told).containsExactly("one asks 3", "two asks 3", "two LATE", "one LATE", "two closed",
				"one closed", "one answered", "two answered", "one timeout", "two timeout");
	}

	@Test
	void aCallThatNobodyObservesIsNotObserved() {
		assertThat(Listeners.ofStore(List.of(StoreObserver.NONE, new Failing())).asking(1))
			.isSameAs(StoreObserver.Call.UNOBSERVED);
	}

	/** Fails in every method. */
	private static final class Failing implements StoreObserver {

		@Override
		public Call asking(int limits) {
			throw new IllegalStateException("broken on purpose");
		}

		@Override
		public void answered(long nanos) {
			throw new IllegalStateException("broken on purpose");
		}

		@Override
		public void failed(String reason) {
			throw new NoClassDefFoundError("broken on purpose");
		}

	}

	private final class Recorder implements StoreObserver {

		private final String name;

		Recorder(String name) {
			this.name = name;
		}

		@Override
		public Call asking(int limits) {
			tell("asks " + limits);
			return new Call() {

				@Override
				public void ended(Outcome outcome) {
					tell(outcome.name());
				}

				@Override
				public void close() {
					tell("closed");
				}

			};
		}

		@Override
		public void answered(long nanos) {
			tell("answered");
		}

		@Override
		public void failed(String reason) {
			tell(reason);
		}

		private void tell(String event) {
			ListenersTests.this.told.add(this.name + " " + event);
		}

	}

}
