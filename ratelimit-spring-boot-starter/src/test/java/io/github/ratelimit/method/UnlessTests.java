package io.github.ratelimit.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.RateLimitExceededException;
import io.github.ratelimit.RateLimited;
import io.github.ratelimit.registry.LimitRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** Calls of annotated methods that are exempt. */
class UnlessTests {

	private AnnotationConfigApplicationContext context;

	private Service service;

	@BeforeEach
	void start() {
		this.context = LimiterConfiguration.start(Service.class);
		this.service = this.context.getBean(Service.class);
		this.context.getBean(BoundRequest.class).bind("alice");
	}

	@AfterEach
	void close() {
		this.context.close();
	}

	@Test
	void aConditionOverArgumentsExemptsFromAllLimitsOfItsAnnotation() {
		for (int i = 0; i < 5; i++) {
			this.service.find("a");
		}
		assertThat(exempt("chat")).isEqualTo(5);
		assertThat(exempt("everyone")).isEqualTo(5);
		assertThat(allowed("chat")).isZero();
		this.service.find("long");
		this.service.find("long");
		assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(() -> this.service.find("long"));
		assertThat(allowed("everyone")).isEqualTo(2);
	}

	@Test
	void anotherAnnotationOfTheMethodStillApplies() {
		for (int i = 0; i < 2; i++) {
			this.service.both("a");
		}
		assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(() -> this.service.both("a"))
			.satisfies((ex) -> assertThat(ex.decision().violated().get(0).limit().name()).isEqualTo("chat"));
		assertThat(exempt("everyone")).isEqualTo(3);
	}

	@Test
	void theCallerOfTheRequestIsKnown() {
		this.context.getBean(BoundRequest.class).bind("operator");
		for (int i = 0; i < 5; i++) {
			this.service.byRole();
		}
		this.context.getBean(BoundRequest.class).bind("bob");
		this.service.byRole();
		assertThatExceptionOfType(RateLimitExceededException.class).isThrownBy(this.service::byRole);
	}

	@Test
	void aConditionThatFailsExemptsNoCall() {
		this.service.find(null);
		assertThat(exempt("chat")).isZero();
		assertThat(allowed("chat")).isEqualTo(1);
	}

	@Test
	void anExemptCallNeedsNoRequest() {
		this.context.getBean(BoundRequest.class).unbind();
		this.service.find("a");
		assertThat(exempt("chat")).isEqualTo(1);
	}

	private long exempt(String limit) {
		return this.context.getBean(LimitRegistry.class).get(limit).statistics().exempt();
	}

	private long allowed(String limit) {
		return this.context.getBean(LimitRegistry.class).get(limit).statistics().allowed();
	}

	static class Service {

		@RateLimited(value = { "chat", "everyone" }, unless = "#text.length() < 3")
		public void find(String text) {
		}

		@RateLimited("chat")
		@RateLimited(value = "everyone", unless = "#text.length() < 3")
		public void both(String text) {
		}

		@RateLimited(rate = "1/d", key = "global", unless = "hasRole('OPS') or hasAuthority('internal')")
		public void byRole() {
		}

	}

}
