package io.github.ratelimit.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.RateLimiter;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.redis.server.FreePorts;
import io.github.ratelimit.store.redis.server.RedisServer;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Limits trust the same servers as the application's connections. */
@Tag("redis")
class RedisOverTlsTests {

	private static final String PASSWORD = "changeit";

	@TempDir
	private Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "lettuce", "jedis" })
	void limitsUseTheSslBundleOfTheApplication(String client) throws Exception {
		try (Encrypted redis = start()) {
			application(redis)
				.withPropertyValues("spring.data.redis.client-type=" + client, "spring.data.redis.ssl.bundle=redis",
						"spring.ssl.bundle.pem.redis.truststore.certificate=file:" + this.directory.resolve("cert.pem"))
				.run((context) -> {
					await().atMost(Duration.ofSeconds(30))
						.untilAsserted(() -> assertThat(context.getBean(LimitStore.class).status()).isEqualTo("up"));
					assertThat(context.getBean(RateLimiter.class).tryAcquire("chat", "a").isAllowed()).isTrue();
				});
		}
	}

	@Test
	void aServerThatTheApplicationDoesNotTrustIsNotUsed() throws Exception {
		try (Encrypted redis = start()) {
			application(redis).withPropertyValues("spring.data.redis.ssl.enabled=true").run((context) -> {
				assertThat(context.getBean(LimitStore.class).status()).isEqualTo("unknown");
				assertThat(redis.server().calls("evalsha")).isZero();
			});
		}
	}

	private static ApplicationContextRunner application(Encrypted redis) {
		return new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(RateLimitAutoConfiguration.class, RateLimitRedisAutoConfiguration.class,
							DataRedisAutoConfiguration.class, SslAutoConfiguration.class))
			.withPropertyValues("ratelimit.limits.chat.rate=2/min", "ratelimit.limits.chat.key=ip",
					"ratelimit.limits.chat.on-store-failure=deny", "ratelimit.redis.deadline=10s",
					"ratelimit.store=redis", "spring.data.redis.host=localhost",
					"spring.data.redis.port=" + redis.port());
	}

	private Encrypted start() throws Exception {
		Path store = this.directory.resolve("store.p12");
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", "redis", "-keyalg", "RSA", "-dname", "CN=localhost", "-ext",
				"SAN=dns:localhost", "-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD)
			.redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("keytool.log").toFile())
			.start();
		assertThat(keytool.waitFor()).as("keytool").isZero();
		KeyStore keys = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(store)) {
			keys.load(in, PASSWORD.toCharArray());
		}
		Path certificate = pem("cert.pem", "CERTIFICATE", keys.getCertificate("redis").getEncoded());
		Path key = pem("key.pem", "PRIVATE KEY", keys.getKey("redis", PASSWORD.toCharArray()).getEncoded());
		int port = FreePorts.next();
		try {
			return new Encrypted(RedisServer.start("--tls-port", Integer.toString(port), "--tls-cert-file",
					certificate.toString(), "--tls-key-file", key.toString(), "--tls-auth-clients", "no"), port);
		}
		catch (IllegalStateException ex) {
			return Assumptions.abort("this redis-server has no TLS: " + ex.getMessage());
		}
	}

	private Path pem(String file, String type, byte[] content) throws Exception {
		String text = Base64.getMimeEncoder().encodeToString(content);
		return Files.writeString(this.directory.resolve(file),
				"-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n");
	}

	private record Encrypted(RedisServer server, int port) implements AutoCloseable {

		@Override
		public void close() {
			this.server.close();
		}

	}

}
