package io.github.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.ratelimit.permit.StoreDecision;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.memory.MemoryStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RateLimitExceptionTests {

	private final Charge charge = Charge.of(LimitHandle.of(Limit.of("mail", Rate.parse("1/min"))), Key.of("k"), 1);

	private final RateLimitExceededException refusal = new RateLimitExceededException(
			new StoreDecision(ChargeDecision.refused(this.charge, 0, Duration.ofMillis(1500).toNanos(), 1, null),
					new MemoryStore(new ManualTime(), 10)));

	@Test
	void a_refusal_names_its_limits_and_its_wait() {
		assertThat(this.refusal.limits()).containsExactly("mail");
		assertThat(this.refusal.retryAfter()).isEqualTo(Duration.ofMillis(1500));
	}

	@Test
	void a_serialized_refusal_keeps_message_limits_and_wait() throws Exception {
		RateLimitExceededException copy = copy(this.refusal);
		assertThat(copy).hasMessage("Limit 'mail' is exceeded. Retry after 2 s");
		assertThat(copy.limits()).containsExactly("mail");
		assertThat(copy.retryAfter()).isEqualTo(Duration.ofMillis(1500));
	}

	@Test
	void a_serialized_refusal_has_no_decision_and_names_what_it_has() throws Exception {
		RateLimitExceededException copy = copy(this.refusal);
		assertThatIllegalStateException().isThrownBy(copy::decision)
			.withMessageEndingWith("Use limits() and retryAfter().");
	}

	@Test
	void the_other_exceptions_keep_their_facts_when_serialized() throws Exception {
		assertThat(copy(new MissingKeyException("mail", "Send a header.")).limit()).isEqualTo("mail");
		assertThat(copy(new UnknownLimitException("mial", List.of("mail"))).nearest()).contains("mail");
		assertThat(copy(new InvalidRateException("x", "is odd", "Mend it.")).remedy()).isEqualTo("Mend it.");
		assertThat(copy(new StoreUnavailableException("Redis is away", new IOException("closed"))))
			.hasRootCauseMessage("closed");
	}

	@SuppressWarnings({ "unchecked", "BanSerializableRead" })
	private static <T extends RateLimitException> T copy(T exception) throws Exception {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(exception);
		}
		try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
			return (T) in.readObject();
		}
	}

}
