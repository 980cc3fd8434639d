package io.github.ratelimit.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;

import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** The sample with Redis on its class path, and none, or one that is away, behind it. */
class RedisProfileTests {

	@Test
	void withoutTheProfileNobodyAsksForRedis() throws IOException {
		try (ServerSocket redis = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			try (ConfigurableApplicationContext sample = start("--spring.data.redis.port=" + redis.getLocalPort())) {
				SampleClient client = client(sample);
				assertThat(client.chat("X-API-Key", "sk-alone").statusCode()).isEqualTo(200);
				assertThat(client.get("/actuator/health").statusCode()).isEqualTo(200);
				assertThat(client.get("/actuator/health").body()).contains("\"store\":\"memory\"");
				redis.setSoTimeout(200);
				assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> redis.accept().close());
			}
		}
	}

	@Test
	void withTheProfileTheSampleServesAlsoWhileRedisIsAway() throws IOException {
		int nobodyThere;
		try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			nobodyThere = free.getLocalPort();
		}
		try (ConfigurableApplicationContext sample = start("--spring.profiles.active=redis",
				"--spring.data.redis.url=redis://localhost:" + nobodyThere)) {
			SampleClient client = client(sample);
			for (int i = 0; i < 10; i++) {
				assertThat(client.chat("X-API-Key", "sk-away").statusCode()).isEqualTo(200);
			}
			assertThat(client.chat("X-API-Key", "sk-away").statusCode()).isEqualTo(429);
			assertThat(client.get("/actuator/ratelimits").body()).contains("\"type\":\"redis\"");
			assertThat(client.get("/actuator/health").statusCode()).isEqualTo(200);
		}
	}

	private static ConfigurableApplicationContext start(String... arguments) {
		String[] all = new String[arguments.length + 1];
		all[0] = "--server.port=0";
		System.arraycopy(arguments, 0, all, 1, arguments.length);
		return SpringApplication.run(SampleApplication.class, all);
	}

	private static SampleClient client(ConfigurableApplicationContext sample) {
		return new SampleClient(sample.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
	}

}
