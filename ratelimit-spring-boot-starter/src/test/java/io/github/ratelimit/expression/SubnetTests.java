package io.github.ratelimit.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubnetTests {

	@ParameterizedTest
	@CsvSource({ "10.0.0.0/8, 10.255.255.255, true", "10.0.0.0/8, 11.0.0.0, false", "10.128.0.0/9, 10.127.0.1, false",
			"10.128.0.0/9, 10.200.0.1, true", "192.0.2.7, 192.0.2.7, true", "192.0.2.7, 192.0.2.6, false",
			"192.0.2.4/31, 192.0.2.5, true", "192.0.2.4/31, 192.0.2.6, false", "0.0.0.0/0, 192.0.2.7, true",
			"0.0.0.0/0, 2001:db8::1, false", "2001:db8::/32, 2001:db8:ffff::1, true",
			"2001:db8::/32, 2001:db9::1, false", "2001:db8:1:2:3::/80, 2001:db8:1:2:3::9, true",
			"2001:db8:1:2:3::/80, 2001:db8:1:2:4::9, false", "::ffff:10.0.0.0/104, 10.1.2.3, true",
			"::ffff:10.0.0.0/104, 11.1.2.3, false", "10.0.0.0/8, ::ffff:10.1.2.3, true", "::/0, 10.1.2.3, false" })
	void aSubnetHasTheAddressesWithItsFirstBits(String subnet, String address, boolean included)
			throws UnknownHostException {
		assertThat(Subnet.parse(subnet).includes(InetAddress.getByName(address).getAddress())).isEqualTo(included);
	}

	@Test
	void noAddressIsInNoSubnet() {
		assertThat(Subnet.parse("0.0.0.0/0").includes(null)).isFalse();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					10.0.0.0/33            | has 33 bits        | Write from 0 to 32 after the slash
					2001:db8::/129         | has 129 bits       | Write from 0 to 128 after the slash
					::ffff:10.0.0.0/8      | has 8 bits         | Write from 96 to 128 after the slash
					10.1.2.3/8             | behind the first 8 | Write 10.0.0.0/8 for the subnet, or 10.1.2.3 for the one address.
					2001:db8::1/32         | behind the first 32 | Write 2001:db8:0:0:0:0:0:0/32 for the subnet
					10.0.0.0/255.0.0.0     | is not one         | Write 10.0.0.0/8.
					10.0.0.0/255.255.240.0 | is not one         | Write 10.0.0.0/20.
					10.1.*                 | is not one         | Write 10.1.0.0/16.
					192.168.7.x            | is not one         | Write 192.168.7.0/24.
					10.*.*.*               | is not one         | Write 10.0.0.0/8.
					10.0.0/8               | is not one         | such as 10.0.0.0/8 or 2001:db8::/32
					010.0.0.0/8            | is not one         | such as 10.0.0.0/8
					256.0.0.0/8            | is not one         | such as 10.0.0.0/8
					10.0.0.0/              | is not one         | such as 10.0.0.0/8
					10.0.0.0/8, 11.0.0.0/8 | is not one         | for several, inSubnet('…') or inSubnet('…').
					localhost              | is not one         | such as 10.0.0.0/8
					1:2                    | is not one         | such as 10.0.0.0/8
					fe80::1%eth0/64        | is not one         | such as 10.0.0.0/8
					''                     | is not one         | such as 10.0.0.0/8
					""")
	void aWrongSubnetIsRefusedWithWhatToWriteInstead(String text, String problem, String remedy) {
		assertThatThrownBy(() -> Subnet.parse(text)).isInstanceOf(InvalidExpressionException.class)
			.hasMessageContaining("'" + text + "'")
			.hasMessageContaining(problem)
			.hasMessageContaining(remedy);
	}

}
