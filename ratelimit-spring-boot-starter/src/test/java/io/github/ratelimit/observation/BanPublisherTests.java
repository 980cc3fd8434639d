package io.github.ratelimit.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Penalty;
import io.github.ratelimit.Rate;
import io.github.ratelimit.event.KeyBannedEvent;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitSettings;
import io.github.ratelimit.registry.RegisteredLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class BanPublisherTests {

	private static final Duration HOUR = Duration.ofHours(1);

	private final RegisteredLimit chat = new LimitRegistry()
		.register(LimitSettings.of(Limit.of("chat", Rate.parse("10/s")))
			.withPenalty(Penalty.parse("20 denials in 10min for 1h")), List.of());

	private final ManualTime time = new ManualTime();

	private final List<Object> events = new ArrayList<>();

	private final BanPublisher publisher = new BanPublisher(this.events::add, this.time);

	@Test
	void banIsAnEventWithoutTheKeyItself(CapturedOutput output) {
		Key key = Key.of("sk-proj-4f9a8b7c6d5e");
		this.publisher.banned(this.chat, key, HOUR);
		assertThat(this.events).containsExactly(new KeyBannedEvent("chat", key.label(), HOUR));
		assertThat(output).contains("Key sk-p***5e (" + key.id() + ") of limit 'chat' is banned for 3600 s, because it "
				+ "was refused too often (20 denials in 10min for 1h)");
		assertThat(output.toString() + this.events).doesNotContain("4f9a8b7c");
		assertThat(((KeyBannedEvent) this.events.get(0)).key()).isEqualTo(new KeyLabel(key.id(), "value", "sk-p***5e"));
	}

	@Test
	void manyBansAreManyEventsAndTenLinesAMinute(CapturedOutput output) {
		for (int i = 0; i < 1000; i++) {
			this.publisher.banned(this.chat, Key.of("caller-" + i), HOUR);
		}
		assertThat(this.events).hasSize(1000);
		assertThat(output.toString().split("is banned", -1)).hasSize(11);

		this.time.advance(Duration.ofMinutes(1));
		this.publisher.banned(this.chat, Key.of("one-more"), HOUR);
		assertThat(output.toString().split("is banned", -1)).hasSize(12);
		assertThat(output).contains("; 990 more bans since the last such line");
	}

}
