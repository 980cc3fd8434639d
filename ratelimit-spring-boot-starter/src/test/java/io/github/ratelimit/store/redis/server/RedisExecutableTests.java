package io.github.ratelimit.store.redis.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** There is always a server to test with, or a loud failure. */
@Tag("redis")
@Tag("version-independent")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class RedisExecutableTests {

	@Test
	void theArtifactsServerRunsHere() {
		RedisExecutable artifact = RedisExecutable.find(RedisExecutable.ARTIFACT, System.getenv("PATH"));
		try (RedisServer server = RedisServer.start(artifact)) {
			assertThat(server.command("PING")).isEqualTo("PONG");
			assertThat(server.info("server")).containsEntry("redis_version", artifact.version().toString());
			assertThat(server.command("DEBUG", "SLEEP", "0")).isEqualTo("OK");
		}
	}

	@Test
	void everyBinaryOfTheArtifactForThisMachineIsTried() {
		assertThat(ArtifactBinaries.forThisMachine()).isNotEmpty()
			.allSatisfy((binary) -> assertThat(binary).isExecutable());
	}

	@Test
	void theServerOnThePathComesFirst(@TempDir Path directory) throws IOException {
		Path own = script(directory, "echo Redis server v=7.4.2 sha=0");
		assertThat(RedisExecutable.find(null, "/no/such" + File.pathSeparator + directory))
			.isEqualTo(new RedisExecutable(own, new RedisVersion(7, 4, 2)));
	}

	@Test
	void theArtifactsServerServesWhereThePathHasNone(@TempDir Path directory) throws IOException {
		assertThat(RedisExecutable.find(null, directory.toString()).path()).isExecutable();
		assertThat(RedisExecutable.find(null, null).path()).isExecutable();

		script(directory, "echo Redis server v=6.0.16 sha=0");
		assertThat(RedisExecutable.find(null, directory.toString()).version().atLeast(6, 2)).isTrue();
	}

	@Test
	void theNamedServerIsTheOneOrNone(@TempDir Path directory) throws IOException {
		Path named = script(directory, "echo Valkey server v=8.1.0 sha=0");
		assertThat(RedisExecutable.find(named.toString(), null).version()).isEqualTo(new RedisVersion(8, 1, 0));

		assertThatIllegalStateException().isThrownBy(() -> RedisExecutable.find("/no/such/server", null))
			.withMessageContaining("apt-get install redis-server")
			.withMessageContaining("-Dratelimit.test.redis-server=")
			.withMessageContaining("- /no/such/server: ");
	}

	@Test
	void aServerThatIsTooOldOrBrokenIsRefusedWithTheReason(@TempDir Path directory) throws IOException {
		Path old = script(directory, "echo Redis server v=6.0.16 sha=0");
		assertThatIllegalStateException().isThrownBy(() -> RedisExecutable.find(old.toString(), null))
			.withMessageContaining(old + ": is 6.0.16, older than 6.2");

		Path broken = script(directory, "echo libssl.so.3: cannot open shared object file; exit 127");
		assertThatIllegalStateException().isThrownBy(() -> RedisExecutable.find(broken.toString(), null))
			.withMessageContaining("libssl.so.3: cannot open");
	}

	private static Path script(Path directory, String line) throws IOException {
		Path script = Files.writeString(directory.resolve("redis-server"), "#!/bin/sh\n" + line + "\n");
		assertThat(script.toFile().setExecutable(true)).isTrue();
		return script;
	}

}
