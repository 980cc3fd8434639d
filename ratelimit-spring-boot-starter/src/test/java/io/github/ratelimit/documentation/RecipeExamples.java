package io.github.ratelimit.documentation;

import io.github.ratelimit.Permit;
import io.github.ratelimit.PlanResolver;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.event.KeyBannedEvent;
import io.github.ratelimit.event.RateLimitDeniedEvent;
import io.github.ratelimit.provider.BodyStyle;
import io.github.ratelimit.provider.Refusal;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import tools.jackson.databind.json.JsonMapper;

/** Examples of docs/recipes.md, docs/operations.md and docs/reference.md. */
final class RecipeExamples {

	private static final Log logger = LogFactory.getLog(RecipeExamples.class);

	private RecipeExamples() {
	}

	static class PlansOfCustomers {

		@Bean
		PlanResolver plans(Customers customers) {
			return (limit, key) -> customers.planOf(key.text());
		}

	}

	static class PasswordResets {

		private final Mails mails;

		PasswordResets(Mails mails) {
			this.mails = mails;
		}

		@PostMapping("/password-reset")
		@RateLimited(rate = "3/h", key = "#request.email().strip().toLowerCase()")
		public void reset(@RequestBody ResetRequest request) {
			this.mails.sendReset(request.email());
		}

	}

	static class Poller {

		private final Queue<String> queue;

		Poller(Queue<String> queue) {
			this.queue = queue;
		}

		@Scheduled(fixedDelay = 100)
		@RateLimited(rate = "10/s", key = "global")
		public void poll() {
			this.queue.poll();
		}

	}

	static class CompanyBody {

		@Bean
		BodyStyle companyBody(JsonMapper json) {
			return new BodyStyle() {

				@Override
				public String name() {
					return "company";
				}

				@Override
				public Body body(Refusal refusal) {
					List<String> limits = refusal.violated()
						.stream()
						.map((decision) -> decision.limit().name())
						.toList();
					return new Body("application/json",
							json.writeValueAsString(Map.of("code", refusal.reason().name(), "message",
									refusal.message(), "limits", limits, "retryAfter", refusal.retryAfterSeconds())));
				}

			};
		}

	}

	static class Bans {

		private static final Log logger = LogFactory.getLog(Bans.class);

		@EventListener
		void banned(KeyBannedEvent event) {
			logger.info(event.key() + " is banned for " + event.ban() + " by " + event.limit());
		}

	}

	static class Denials {

		@EventListener
		void denied(RateLimitDeniedEvent event) {
			logger.info(event.key() + " is denied at " + event.path() + " by " + event.limit() + ", " + event.leftOut()
					+ " more denials since the last event");
		}

	}

	static class Streams {

		private final Model model;

		Streams(Model model) {
			this.model = model;
		}

		@PostMapping("/v1/chat")
		SseEmitter chat(@RequestBody Question question, Permit permit) {
			SseEmitter emitter = new SseEmitter();
			this.model.stream(question, (chunk) -> {
				emitter.send(chunk.text());
				permit.spend(chunk.tokens()); // charged if the client disconnects
			}, (usage) -> {
				permit.settle(usage.totalTokens()); // the actual cost
				emitter.complete();
			});
			return emitter;
		}

	}

	static class Operators {

		@Bean
		SecurityFilterChain actuator(HttpSecurity http) throws Exception {
			return http.securityMatcher(EndpointRequest.toAnyEndpoint())
				.authorizeHttpRequests((requests) -> requests.anyRequest().hasRole("OPERATOR"))
				.httpBasic(Customizer.withDefaults())
				.csrf((csrf) -> csrf.disable())
				.build();
		}

	}

	interface Customers {

		String planOf(String customer);

	}

	interface Mails {

		void sendReset(String email);

	}

	interface Model {

		void stream(Question question, Step<Chunk> onChunk, Step<Usage> atEnd);

	}

	@FunctionalInterface
	interface Step<T> {

		void take(T value) throws IOException;

	}

	record ResetRequest(String email) {
	}

	record Question(String text) {
	}

	record Chunk(String text, long tokens) {
	}

	record Usage(long totalTokens) {
	}

}
