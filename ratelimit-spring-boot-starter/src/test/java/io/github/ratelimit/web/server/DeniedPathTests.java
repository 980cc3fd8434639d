package io.github.ratelimit.web.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.event.RateLimitDeniedEvent;
import io.github.ratelimit.event.RateLimitDeniedEvent.Reason;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** What the event of a denied request says about its path. */
@Tag("version-independent")
class DeniedPathTests {

	@Test
	void anEventHasThePatternOfTheRuleOrOfTheHandlerAndNeverThePathItself() throws IOException {
		try (RunningServer server = RunningServer.withoutSecurity(Audit.class, "ratelimit.limits.chat.rate=1/d",
				"ratelimit.limits.chat.key=ip", "ratelimit.http.rules[0].path=/secrets/{id}",
				"ratelimit.http.rules[0].limits=chat")) {
			server.get("/secrets/4f9a8b7c?token=4f9a8b7c");
			assertThat(server.get("/secrets/4f9a8b7c?token=4f9a8b7c").status()).isEqualTo(429);
			assertThat(server.get("/unlimited/refused").status()).isEqualTo(413);

			List<RateLimitDeniedEvent> events = server.bean(Audit.class).events;
			assertThat(events).extracting(RateLimitDeniedEvent::path)
				.containsExactly("/secrets/{id}", "/unlimited/refused");
			assertThat(events).extracting(RateLimitDeniedEvent::reason)
				.containsExactly(Reason.EXHAUSTED, Reason.TOO_LARGE);
			assertThat(events.get(0).key()).isEqualTo(Key.of(Key.ADDRESS_KIND, "127.0.0.1").label());
			assertThat(events.toString()).doesNotContain("4f9a8b7c");
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Audit {

		final List<RateLimitDeniedEvent> events = new CopyOnWriteArrayList<>();

		@EventListener
		void denied(RateLimitDeniedEvent event) {
			this.events.add(event);
			throw new IllegalStateException("A listener of the application that fails");
		}

	}

}
