package io.github.ratelimit.actuate;

import io.github.ratelimit.Key;
import io.github.ratelimit.store.KeyState;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * One key of a limit.
 *
 * @param id the key's id
 * @param key the key, masked unless values are shown
 * @param limit how many permits can be saved up, of the rate nearest to refusal
 * @param remaining how many permits that rate has now
 * @param resetAfter seconds until every rate is full, rounded up to milliseconds
 * @param allowed calls that were allowed since the key's state was created
 * @param denied calls that were refused since the key's state was created
 * @param lastSeen when the key was last used
 */
public record KeyDescriptor(String id, String key, long limit, long remaining, BigDecimal resetAfter, long allowed,
		long denied, Instant lastSeen) implements OperationResponseBody {

	static KeyDescriptor of(KeyState state, boolean plain) {
		Key known = plain ? state.known() : null;
		return new KeyDescriptor(state.key().id(), (known != null) ? known.revealed() : state.key().masked(),
				state.limit(), state.remaining(), seconds(state.resetAfter()), state.allowed(), state.denied(),
				state.lastSeen());
	}

	private static BigDecimal seconds(Duration duration) {
		BigDecimal seconds = BigDecimal.valueOf(duration.getSeconds())
			.add(BigDecimal.valueOf(duration.getNano(), 9))
			.setScale(3, RoundingMode.CEILING)
			.stripTrailingZeros();
		// a negative scale would be written as 6E+1
		return (seconds.scale() < 0) ? seconds.setScale(0) : seconds;
	}

}
