package io.github.ratelimit.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.RateLimitExempt;
import io.github.ratelimit.RateLimited;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.AopContext;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Calls of limited methods that do not come by the proxy. */
@ExtendWith(OutputCaptureExtension.class)
class SelfInvocationTests {

	@Test
	void everyWayToCallALimitedMethodOfTheSameObjectIsAWarning(CapturedOutput output) {
		LimiterConfiguration.start(Calling.class).close();
		for (String caller : List.of("direct", "inLambda", "byReference", "otherLimit", "hidden")) {
			assertThat(output)
				.containsOnlyOnce("Method 'Calling." + caller + "' calls 'Calling.send' of the same object");
		}
		assertThat(output).doesNotContain("'Calling.send' calls").doesNotContain("'Calling.exempt' calls");
	}

	@Test
	void aCallFromASuperclassIsAWarning(CapturedOutput output) {
		LimiterConfiguration.start(Template.class).close();
		assertThat(output).containsOnlyOnce("Method 'Base.run' calls 'Template.step' of the same object");
	}

	@ParameterizedTest
	@ValueSource(classes = { Proxied.class, CurrentProxy.class, Other.class, OfOneClass.class, Running.class })
	void whatMayBeACallOfAProxyIsNoWarning(Class<?> type, CapturedOutput output) {
		LimiterConfiguration.start(type).close();
		assertThat(output).doesNotContain("of the same object");
	}

	static class Calling {

		@RateLimited("chat")
		public String send(String text) {
			return (text.length() > 100) ? send(text.substring(1)) : text;
		}

		public String direct(String text) {
			return send((text.length() > 3) ? text.trim() : text);
		}

		public Supplier<String> inLambda() {
			return () -> send("hello");
		}

		public List<String> byReference(List<String> texts) {
			return texts.stream().map(this::send).toList();
		}

		@RateLimited("everyone")
		public String otherLimit(String text) {
			return send(text);
		}

		@RateLimitExempt
		public String exempt(String text) {
			return send(text);
		}

		private String hidden(String text) {
			return send(text);
		}

		@Override
		public String toString() {
			return hidden("x");
		}

	}

	abstract static class Base {

		public void run() {
			step();
		}

		abstract void step();

	}

	static class Template extends Base {

		@Override
		@RateLimited("chat")
		public void step() {
		}

	}

	static class Proxied {

		private @Nullable Proxied self;

		@RateLimited("chat")
		public void send() {
		}

		public void all() {
			if (this.self != null) {
				this.self.send();
			}
		}

	}

	static class CurrentProxy {

		@RateLimited("chat")
		public void send() {
		}

		public void all() {
			((CurrentProxy) AopContext.currentProxy()).send();
		}

	}

	static class Other {

		@RateLimited("chat")
		public void send() {
		}

		public void all(List<Other> others, Other[] more, Other last) {
			others.forEach(Other::send);
			others.get(0).send();
			more[0].send();
			last.send();
		}

		static void all(Other other) {
			other.send();
		}

	}

	@RateLimited("chat")
	static class OfOneClass {

		public void one() {
			other();
		}

		public void other() {
		}

	}

	static class Running implements Runnable {

		@Override
		@RateLimited("chat")
		public void run() {
		}

		public void all() {
			Runnable other = () -> {
			};
			other.run();
		}

	}

}
