// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The network around it: sockets over loopback, namespaces, and their ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "iface.h"
#include "tests.h"

static struct sockaddr_in on_loopback(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

struct tcp {
	int listener, from, to;
};

static void connected(struct tcp *t)
{
	struct sockaddr_in a = on_loopback();
	socklen_t size = sizeof(a);

	t->listener = got(socket(AF_INET, SOCK_STREAM, 0));
	must(err(bind(t->listener, (void *)&a, size)));
	must(err(listen(t->listener, 4)));
	must(err(getsockname(t->listener, (void *)&a, &size)));
	t->from = got(socket(AF_INET, SOCK_STREAM, 0));
	must(err(connect(t->from, (void *)&a, size)));
	t->to = got(accept(t->listener, NULL, NULL));
}

static void tcp_streams(void)
{
	static char out[65536], in[sizeof(out)];
	struct sockaddr_in closed = on_loopback();
	size_t sent = 0, have = 0;
	struct tcp t;
	int s;

	own_network();
	connected(&t);
	must(err(fcntl(t.from, F_SETFL, O_NONBLOCK)));
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = i * 7;
	while (have < sizeof(in)) {
		ssize_t n = send(t.from, out + sent, sizeof(out) - sent, 0);

		if (n > 0)
			sent += n;
		if (!readable(t.to))
			fail("%zu of %zu bytes arrived", have, sizeof(in));
		have += got(recv(t.to, in + have, sizeof(in) - have, 0));
	}
	if (memcmp(out, in, sizeof(in)))
		fail("the bytes changed on their way");
	must(err(shutdown(t.from, SHUT_WR)));
	if (!readable(t.to) || got(recv(t.to, in, 1, 0)))
		fail("there is no end");
	must(send(t.to, "x", 1, 0) == 1 ? 0 : -errno);
	if (!readable(t.from) || got(recv(t.from, in, 1, 0)) != 1)
		fail("the other half is closed, too");
	/* Bytes unread at a close: the other side hears of it. */
	connected(&t);
	must(send(t.to, "x", 1, 0) == 1 ? 0 : -errno);
	if (!readable(t.from))
		fail("the last byte did not arrive");
	must(err(close(t.from)));
	must(readable(t.to) ? 0 : -ETIMEDOUT);
	must_fail(err(recv(t.to, in, 1, 0)), ECONNRESET);
	closed.sin_port = htons(1);
	s = got(socket(AF_INET, SOCK_STREAM, 0));
	must_fail(err(connect(s, (void *)&closed, sizeof(closed))),
		  ECONNREFUSED);
}

static void udp_datagrams(void)
{
	static char out[60000], in[sizeof(out)];
	struct sockaddr_in a = on_loopback();
	socklen_t size = sizeof(a);
	int s, t;

	own_network();
	s = got(socket(AF_INET, SOCK_DGRAM, 0));
	t = got(socket(AF_INET, SOCK_DGRAM, 0));
	must(err(bind(t, (void *)&a, size)));
	must(err(getsockname(t, (void *)&a, &size)));
	must_fail(err(bind(s, (void *)&a, size)), EADDRINUSE);
	must(err(connect(s, (void *)&a, size)));
	for (size_t len = 1; len < sizeof(out); len *= 3) {
		memset(out, len, len);
		must(send(s, out, len, 0) == (ssize_t)len ? 0 : -errno);
		if (!readable(t) || recv(t, in, sizeof(in), 0) != (ssize_t)len ||
		    memcmp(out, in, len))
			fail("%zu bytes came back changed", len);
	}
	must_fail(err(send(s, out, 65536, 0)), EMSGSIZE);
	must(err(close(t)));
	must(send(s, "x", 1, 0) == 1 ? 0 : -errno);
	if (!readable(s))
		fail("that nobody is there is not told");
	must_fail(err(recv(s, in, 1, 0)), ECONNREFUSED);
}

/* What a child leaves behind in its own network when it ends. */
static void busy_network(void)
{
	char name[IFNAMSIZ] = "busy";
	unsigned char p[128];
	struct tcp t[4];
	int fd, s;

	own_network();
	for (int i = 0; i < 4; i++) {
		connected(&t[i]);
		must(send(t[i].from, "unread", 6, 0) == 6 ? 0 : -errno);
	}
	fd = tun_open(IFF_TUN | IFF_NO_PI, name);
	bring_up(name, 9);
	s = udp_socket(9, 4000);
	for (int i = 0; i < 20; i++)
		got(write(fd, p, udp_packet(p, 9, 4000, "unread")));
	must(readable(s) ? 0 : -ETIMEDOUT);
	fd = tun_open(IFF_TAP | IFF_NO_PI, NULL);
	must(err(ioctl(fd, TUNSETPERSIST, 1)));
}

static void namespace_ends(void)
{
	int status, pid;

	for (int i = 0; i < 6; i++) {
		pid = got(fork());
		if (!pid) {
			busy_network();
			if (i % 2)
				raise(SIGKILL);
			_exit(0);
		}
		must(err(waitpid(pid, &status, 0)));
		if (WIFEXITED(status) && WEXITSTATUS(status))
			fail("the child ended with status 0x%x", status);
	}
	own_network();
	if (is_there("busy"))
		fail("the child's interface is here");
	busy_network();
}

struct request {
	struct nlmsghdr head;
	struct ifinfomsg info;
	char room[512];
};

static struct rtattr *add(struct request *r, int type, const void *data,
			  size_t len)
{
	struct rtattr *a = (void *)((char *)r + NLMSG_ALIGN(r->head.nlmsg_len));

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(a), data, len);
	r->head.nlmsg_len = NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(a->rta_len);
	return a;
}

static void end(struct request *r, struct rtattr *a)
{
	a->rta_len = (char *)r + r->head.nlmsg_len - (char *)a;
}

static struct request link_request(int type, int flags)
{
	return (struct request){ .head = {
		.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags,
	} };
}

static int tell(struct request *r)
{
	int s = got(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
	struct { struct nlmsghdr head; struct nlmsgerr error; char room[1024]; } a;

	got(send(s, r, r->head.nlmsg_len, 0));
	got(recv(s, &a, sizeof(a), 0));
	close(s);
	return a.error.error;
}

/* An interface goes to another network while its file stays here, and back. */
static void moves_namespace(void)
{
	int home, away, fd, pid;
	char name[IFNAMSIZ] = "mover", p[64];
	struct request r = link_request(RTM_SETLINK, 0);

	own_network();
	fd = tun_open(IFF_TUN | IFF_NO_PI, name);
	bring_up(name, 11);
	home = got(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
	own_network();
	away = got(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
	must(err(setns(home, CLONE_NEWNET)));
	r.info.ifi_index = if_nametoindex(name);
	add(&r, IFLA_NET_NS_FD, &away, sizeof(away));
	must(tell(&r));
	if (is_there(name))
		fail("the interface is still here");
	must(err(setns(away, CLONE_NEWNET)));
	if (!is_there(name))
		fail("the interface did not arrive");
	bring_up(name, 11);
	got(write(fd, p, udp_packet((unsigned char *)p, 11, 1, "x")));
	must(err(setns(home, CLONE_NEWNET)));
	close(away);
	/* Nobody is in the other network now: it takes the interface with it. */
	pid = got(fork());
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	must(err(close(fd)));
}

static void veth_pair(void)
{
	struct ifinfomsg peer = { 0 };
	struct request r = link_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct rtattr *info, *data, *other;
	int s, ret;

	own_network();
	add(&r, IFLA_IFNAME, "one", 4);
	info = add(&r, IFLA_LINKINFO, NULL, 0);
	add(&r, IFLA_INFO_KIND, "veth", 4);
	data = add(&r, IFLA_INFO_DATA, NULL, 0);
	other = add(&r, VETH_INFO_PEER, &peer, sizeof(peer));
	add(&r, IFLA_IFNAME, "two", 4);
	end(&r, other);
	end(&r, data);
	end(&r, info);
	ret = tell(&r);
	if (ret == -EOPNOTSUPP)
		skip("no veth");
	must(ret);
	bring_up("one", 12);
	bring_up("two", 13);
	s = udp_socket(12, 4000);
	must(sendto(s, "x", 1, 0, (void *)&(struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(4000),
		.sin_addr.s_addr = htonl(10 << 24 | 12 << 8 | 1) },
		sizeof(struct sockaddr_in)) == 1 ? 0 : -errno);
	must(readable(s) ? 0 : -ETIMEDOUT);
	r = link_request(RTM_DELLINK, 0);
	r.info.ifi_index = if_nametoindex("one");
	must(tell(&r));
	if (is_there("two"))
		fail("the other end stayed");
}

static const struct ktap_case cases[] = {
	{ "net-tcp-streams", tcp_streams },
	{ "net-udp-datagrams", udp_datagrams },
	{ "net-namespace-ends", namespace_ends },
	{ "net-moves-namespace", moves_namespace },
	{ "net-veth-pair", veth_pair },
};

const struct ktap_group net_tests = CASES(cases);
