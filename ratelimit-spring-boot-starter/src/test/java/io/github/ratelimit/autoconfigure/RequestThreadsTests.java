package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.mock.env.MockEnvironment;

/** The number of request threads that waiting calls may hold. */
class RequestThreadsTests {

	@Test
	void aQuarterOfTheDefaultNumberOfServerThreads() {
		RequestThreads threads = RequestThreads.of(new MockEnvironment(), () -> true);
		assertThat(threads.forWaiting()).isEqualTo(50);
		assertThat(threads.describe()).isEqualTo("at most 50 of 200 request threads wait, 25 for one key");
	}

	@ParameterizedTest
	@CsvSource({ "server.tomcat.threads.max,64,16", "server.jetty.threads.max,9,2", "SERVER_TOMCAT_THREADS_MAX,12,3",
			"server.tomcat.threads.max,3,0" })
	void aQuarterOfTheConfiguredNumberOfThreads(String property, int all, int waiting) {
		MockEnvironment environment = new MockEnvironment();
		if (property.startsWith("SERVER")) {
			environment.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("systemEnvironment",
						Map.of(property, Integer.toString(all))));
		}
		else {
			environment.setProperty(property, Integer.toString(all));
		}
		assertThat(RequestThreads.of(environment, () -> true).forWaiting()).isEqualTo(waiting);
	}

	@Test
	void noneWithoutAServer() {
		assertThat(RequestThreads.NONE_HELD.areHeld()).isFalse();
		assertThat(RequestThreads.NONE_HELD.forWaiting()).isEqualTo(Integer.MAX_VALUE);
	}

}
