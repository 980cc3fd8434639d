package io.github.ratelimit.autoconfigure.properties;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.autoconfigure.RateLimitAutoConfiguration;
import io.github.ratelimit.registry.LimitRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.TestPropertySource;

/** Properties of a test override a limit of the application. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE,
		properties = { "ratelimit.limits.chat_tokens.rate=1/s", "ratelimit.limits.chat_tokens.key=ip" })
@TestPropertySource(properties = "ratelimit.limits.chat_tokens.rate=2/s")
class TestPropertiesTests {

	@Test
	void propertiesOfATestReferToTheSameLimit(@Autowired LimitRegistry registry) {
		assertThat(registry.all()).singleElement()
			.satisfies((registered) -> assertThat(registered.limit().toString()).startsWith("chat_tokens ["));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(RateLimitAutoConfiguration.class)
	static class Application {

	}

}
