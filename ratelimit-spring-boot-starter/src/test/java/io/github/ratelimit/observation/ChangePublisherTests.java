package io.github.ratelimit.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.limiter.RateLimitListener;
import io.github.ratelimit.registry.LimitChange;
import io.github.ratelimit.registry.LimitChange.Origin;
import io.github.ratelimit.registry.LimitChange.Setting;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The line in the log of each change. */
@ExtendWith(OutputCaptureExtension.class)
class ChangePublisherTests {

	private static final KeyLabel ALICE = Key.of("sk-alice-0001").label();

	private final ChangePublisher publisher = new ChangePublisher((event) -> {
	}, new RateLimitListener() {
	}, TimeSource.system());

	@Test
	void aSettingHasItsValuesBeforeAndAfter(CapturedOutput output) {
		assertThat(line(output,
				new LimitChange("chat", null,
						List.of(new Setting("rate", "60/min", "5/s"), new Setting("plans.pro", null, "9/s")),
						Origin.ENDPOINT, "olga")))
			.isEqualTo("Limit 'chat' was changed: rate '60/min' -> '5/s', plans.pro none -> '9/s' "
					+ "(endpoint, by olga) [RL612]");
	}

	@Test
	void theBeginningAndTheEndOfABanDiffer(CapturedOutput output) {
		String key = "Key " + ALICE.masked() + " (" + ALICE.id() + ") of limit 'chat' was changed: ";
		assertThat(line(output, ofKey(ALICE, new Setting("ban", null, "1h"))))
			.isEqualTo(key + "ban '1h' (endpoint) [RL612]");
		assertThat(line(output, ofKey(ALICE, new Setting("ban", null, null))))
			.isEqualTo(key + "ban ended (endpoint) [RL612]");
		assertThat(line(output, ofKey(ALICE, new Setting("reset", null, null))))
			.isEqualTo(key + "reset (endpoint) [RL612]");
		assertThat(line(output, ofKey(null, new Setting("reset", null, "7 keys"))))
			.isEqualTo("Limit 'chat' was changed: reset '7 keys' (endpoint) [RL612]");
	}

	private static LimitChange ofKey(@Nullable KeyLabel key, Setting setting) {
		return new LimitChange("chat", key, List.of(setting), Origin.ENDPOINT, null);
	}

	/** Returns the end of the last line, after its logger. */
	private String line(CapturedOutput output, LimitChange change) {
		this.publisher.changed(change);
		String last = output.getAll().strip();
		return last.substring(Math.max(last.lastIndexOf(" Limit '"), last.lastIndexOf(" Key ")) + 1);
	}

}
