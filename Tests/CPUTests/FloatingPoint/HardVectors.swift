/// Floating-point cases that are easy to get wrong, with their results in all five rounding directions.
///
/// Written by `Scripts/float-vectors` from a model in exact rational arithmetic; do not edit.
/// A row is: format, operation, operands : the different results as bits/flags in hexadecimal : a letter for each
/// rounding direction by raw value, which says whether it delivers the first of them (a), the second (b), and so on.
let hardVectors = """
    f32 add 19fe0000 90800008 : 19fdffe0/1 19fdffdf/1 : abbaa
    f32 add b2223000 b27fffff : b2d11800/1 b2d117ff/1 : ababa
    f32 add b8fbcfee b9ffffff : ba1f79fd/1 ba1f79fe/1 : aabaa
    f32 add 7f97a1de 72c832f8 : 7fc00000/10 : aaaaa
    f32 add 7f7fff 80800000 : 80008001/0 : aaaaa
    f32 add 4a80001f d0ffffff : d0fff7ff/1 d0fff7fe/1 : ababa
    f32 add 7e800080 7d7fffff : 7ea00080/1 7ea0007f/1 : abbaa
    f32 add 50ffffff 79392674 : 79392674/1 79392675/1 : aaaba
    f32 add 8f7fffff 1000ffff : f81fffe/1 f81ffff/1 : aaabb
    f32 add 3683ffff b6000000 : 3607fffe/0 : aaaaa
    f32 add c2ffffef 42800001 : c27fffdc/0 : aaaaa
    f32 add 369174ca 3c964378 : 3c964c8f/1 3c964c90/1 : aaaba
    f32 add d0000000 50000000 : 0/0 80000000/0 : aabaa
    f32 add cbd69800 4dffc000 : 4df25680/0 : aaaaa
    f32 add c9fffeff fe1fffff : fe1fffff/1 fe200000/1 : aabaa
    f32 add 4bbb5244 41100000 : 4bbb5248/1 4bbb5249/1 : aaabb
    f32 add 802e3786 81d391f1 : 81df1fd2/1 81df1fd3/1 : aabab
    f32 add c7e2f7a5 c6ffff80 : c8117bc2/1 c8117bc3/1 : aabab
    f32 add c3c4e800 ff7fffff : ff7fffff/1 ff800000/5 : aabaa
    f32 add 7e800001 7f7ff000 : 7f800000/5 7f7fffff/5 : abbaa
    f32 add 235f398f 7f7fffff : 7f7fffff/1 7f800000/5 : aaaba
    f32 sub 80ffffff 3a525800 : ba525800/1 ba525801/1 : aabaa
    f32 sub 9efc0000 9d880000 : 9eda0000/0 : aaaaa
    f32 sub 0 51b386ac : d1b386ac/0 : aaaaa
    f32 sub fe800000 36fffc00 : fe800000/1 fe800001/1 : aabaa
    f32 sub 526bf49e 9effffff : 526bf49e/1 526bf49f/1 : aaaba
    f32 sub ce7fffff 8030a9f4 : ce7fffff/1 ce7ffffe/1 : ababa
    f32 sub 17fffff b5ff8000 : 35ff8000/1 35ff8001/1 : aaaba
    f32 sub 94c00000 81ffffdf : 94c00000/1 94bfffff/1 : ababa
    f32 sub 189f13a ffffff : 113e274/1 113e275/1 : aaabb
    f32 sub 510000ff 3bffffff : 510000ff/1 510000fe/1 : abbaa
    f32 sub 49fffc00 80000000 : 49fffc00/0 : aaaaa
    f32 sub b6800001 b8080000 : 37f00000/1 37efffff/1 : abbaa
    f32 sub fff000 473a82 : b8b57e/0 : aaaaa
    f32 sub 42000000 ff7fffff : 7f7fffff/1 7f800000/5 : aaaba
    f32 sub 38692000 7f9c9800 : 7fc00000/10 : aaaaa
    f32 sub 7f7fffff fa7fffff : 7f800000/5 7f7fffff/5 : abbaa
    f32 sub 81800000 8010e137 : 81778f64/1 81778f65/1 : aabab
    f32 sub cd7dffff ce0077d8 : 4d81efb0/1 4d81efb1/1 : aaabb
    f32 sub bbffffff bbffffff : 0/0 80000000/0 : aabaa
    f32 sub 4dfe0ff1 4e7fffff : ce00f806/1 ce00f807/1 : aabab
    f32 mul c4a29394 3c00000f : c12293a7/1 c12293a8/1 : aabaa
    f32 mul ca00007f ff800400 : 7fc00000/10 : aaaaa
    f32 mul 81ffbfff ff800000 : 7f800000/0 : aaaaa
    f32 mul 3b7ffe00 3bfffdff : 37fffbff/1 37fffc00/1 : aaaba
    f32 mul 43ebd000 c9000000 : cd6bd000/0 : aaaaa
    f32 mul 4dffffff 20 : 5ffffff/0 : aaaaa
    f32 mul fb600000 d1000400 : 7f800000/5 7f7fffff/5 : abbaa
    f32 mul 45000000 80600000 : 85c00000/0 : aaaaa
    f32 mul 34800000 81000400 : 80000004/3 80000005/3 : aabaa
    f32 mul bcc42800 3198e3e : 8075a8e6/3 8075a8e5/3 : ababa
    f32 mul 501ba8fc 2c951cad : 3d355595/1 3d355594/1 : abbaa
    f32 mul a3800000 80100000 : 0/3 1/3 : aaaba
    f32 mul c7800003 7ffff7 : 887ffff4/1 887ffff3/1 : ababa
    f32 mul 45800000 ff00ffff : ff800000/5 ff7fffff/5 : ababa
    f32 mul befffff7 57f0000 : 84fefff7/1 84fefff8/1 : aabaa
    f32 mul cfffff80 c5e12f28 : 56612eb7/1 56612eb8/1 : aaaba
    f32 mul 4d0000ff b2820000 : c0020103/1 c0020102/1 : ababa
    f32 mul 36960800 7e00ffff : 7517340f/1 7517340e/1 : abbaa
    f32 mul 50800020 47020000 : 58020020/1 58020021/1 : aaabb
    f32 mul b863e000 807fffff : 1c8/3 1c7/3 : abbaa
    f32 mul b4c86000 8a49b000 : 277748/3 277749/3 : aaabb
    f32 mul b380007f 34c00000 : a8c000be/1 a8c000bf/1 : aabab
    f32 mul bbffc000 bcfffe00 : 397fbe00/1 397fbe01/1 : aaabb
    f32 div 52fff800 bbffffff : d67ff801/1 d67ff800/1 : ababa
    f32 div a601ffff be898000 : 26f2094d/1 26f2094e/1 : aaaba
    f32 div 81000000 7c95337a : 80000000/3 80000001/3 : aabaa
    f32 div c3800200 22800000 : e0800200/0 : aaaaa
    f32 div 81fff800 36fffff : be088445/1 be088444/1 : ababa
    f32 div 50cef578 800002 : 7f800000/5 7f7fffff/5 : abbaa
    f32 div 43000000 80000100 : ff800000/5 ff7fffff/5 : ababa
    f32 div c5800000 0 : ff800000/8 : aaaaa
    f32 div 45000000 ff800000 : 80000000/0 : aaaaa
    f32 div bbf01ee8 fa800000 : f01ee8/0 : aaaaa
    f32 div 22fffff8 e37fffff : 80100000/3 800fffff/3 : ababa
    f32 div b57ffff0 4b000004 : a9ffffe8/1 a9ffffe9/1 : aabaa
    f32 div 4f0003ff 7fbd402d : 7fc00000/10 : aaaaa
    f32 div 3b59b800 2ec78812 : 4c0baacb/1 4c0baaca/1 : abbaa
    f32 div 4f029943 507fffff : 3e029944/1 3e029943/1 : abbaa
    f32 div 7fcfb000 c0000000 : 7fc00000/0 : aaaaa
    f32 div 41800200 0 : 7f800000/8 : aaaaa
    f32 div bfffff 3fff : 444002ff/1 44400300/1 : aaaba
    f32 div 80ffffff d1000fff : 0/3 1/3 : aaaba
    f32 div b7c7dc3b 166a7c : f80ea7de/1 f80ea7df/1 : aabaa
    f32 div 397a537e 7e040000 : f2c/3 f2b/3 : abbaa
    f32 sqrt c27ffeff : 7fc00000/10 : aaaaa
    f32 sqrt 37b33000 : 3b977245/1 3b977244/1 : abbaa
    f32 sqrt 4d800000 : 46800000/0 : aaaaa
    f32 sqrt 49c724bf : 449fa834/1 449fa835/1 : aaaba
    f32 sqrt 3512d4e1 : 3a41e0e6/1 3a41e0e7/1 : aaaba
    f32 sqrt 7eff7fff : 5f34d7ac/1 5f34d7ab/1 : abbaa
    f32 sqrt 39800000 : 3c800000/0 : aaaaa
    f32 sqrt 80000000 : 80000000/0 : aaaaa
    f32 fma cdffffff f2900000 ffc5f47a : 7fc00000/0 : aaaaa
    f32 fma c3fff800 447f7fff be44e000 : c8ff7809/1 c8ff780a/1 : aabaa
    f32 fma 41ffffbf 3f080000 5a000000 : 5a000000/1 5a000001/1 : aaaba
    f32 fma 297f49c8 902d8000 80803fff : 80804567/1 80804568/1 : aabaa
    f32 fma b2ffffff 4c7f8000 35d59816 : bfff7ff2/1 bfff7ff1/1 : ababa
    f32 fma c6800000 81b70590 38c00000 : 38c00000/1 38c00001/1 : aaaba
    f32 fma 3d0f9e13 800800 8027e800 : 80236ac8/3 80236ac7/3 : ababa
    f32 fma 1000000 fedcfeb3 3e800000 : c04cfeb3/0 : aaaaa
    f32 fma c6027000 817fffff fe0fffff : fe0fffff/1 fe0ffffe/1 : ababa
    f32 fma 3afffffe 857fdfff 39801fff : 39801fff/1 39801ffe/1 : abbaa
    f32 fma bbffffff 7f800010 fbc00000 : 7fc00000/10 : aaaaa
    f32 fma 1ffffff 80647800 44f9d3 : 44f9d3/3 44f9d2/3 : abbaa
    f32 fma c9736800 ea7fffff e89aa771 : 747367fe/1 747367fd/1 : abbaa
    f32 fma b4f5b000 8bcc1800 0 : 143df48/1 143df49/1 : aaabb
    f32 fma 800007ff c00000 0 : 80000000/3 80000001/3 : aabaa
    f32 fma d1141000 0 107fffff : 107fffff/0 : aaaaa
    f32 fma bdc56b5a 80000004 42e800 : 42e800/3 42e801/3 : aaaba
    f32 fma 7f7fffff 557fffff 45800000 : 7f800000/5 7f7fffff/5 : abbaa
    f32 fma faffffff 51fe0000 c8ffffff : ff800000/5 ff7fffff/5 : ababa
    f32 fma 80800000 4c95d800 0 : 8d95d800/0 : aaaaa
    f32 fma 7f000000 bcffffff 7d001000 : 7c802000/1 7c802001/1 : aaabb
    f32 fma 4b96ea0b 80000000 0 : 0/0 80000000/0 : aabaa
    f32 fma c7000000 29eece69 b0800000 : b1976734/1 b1976735/1 : aabab
    f32 fma 444f6a88 e6800000 6a800007 : eb0f6a84/1 eb0f6a85/1 : aabab
    f32 fma 81000000 beffffff 8002df27 : 7d20d8/3 7d20d9/3 : aaabb
    f32 cvt 6e5656e9 : 45cacadd20000000/0 : aaaaa
    f32 cvt 3700001f : 3ee00003e0000000/0 : aaaaa
    f32 cvt fe1fbe45 : c7c3f7c8a0000000/0 : aaaaa
    f32 cvt b6b43a : 3816d68740000000/0 : aaaaa
    f32 cvt ff96248e : 7ff8000000000000/10 : aaaaa
    f32 rint 3f000000 : 0/1 3f800000/1 : aaabb
    f32 rint ba6fffff : 80000000/1 bf800000/1 : aabaa
    f32 rint 3a7fffff : 0/1 3f800000/1 : aaaba
    f32 rint cb2f00bf : cb2f00bf/0 : aaaaa
    f32 rint 405fbf0e : 40400000/1 40800000/1 : aaaba
    f32 rint c1ffffff : c2000000/1 c1f80000/1 : ababa
    f32 rint 50002000 : 50002000/0 : aaaaa
    f32 rint 437fffff : 43800000/1 437f0000/1 : abbaa
    f32 rint c0a1fdb3 : c0a00000/1 c0c00000/1 : aabaa
    f32 rint ff840000 : 7fc00000/10 : aaaaa
    f32 rint bf100000 : bf800000/1 80000000/1 : ababa
    f32 rint 3f4108c3 : 3f800000/1 0/1 : abbaa
    f32 rint 3f800000 : 3f800000/0 : aaaaa
    f32 rint 80000000 : 80000000/0 : aaaaa
    f32 rint c4801000 : c4800000/1 c4802000/1 : aabab
    f32 to-i32 507fffff : 7fffffff/10 : aaaaa
    f32 to-i32 617c2 : 0/1 1/1 : aaaba
    f32 to-i32 cd7ffbff : f0004010/0 : aaaaa
    f32 to-i32 fef685cd : 80000000/10 : aaaaa
    f32 to-i32 4b001000 : 801000/0 : aaaaa
    f32 to-i32 c79511d4 : fffed5dc/1 fffed5dd/1 : ababa
    f32 to-i32 81203657 : 0/1 ffffffff/1 : aabaa
    f32 to-i32 c643b8c2 : ffffcf12/1 ffffcf11/1 : aabaa
    f32 to-i32 3f7f8000 : 1/1 0/1 : abbaa
    f32 to-i32 4a0bbea2 : 22efa8/1 22efa9/1 : aaabb
    f32 to-i32 bf000000 : 0/1 ffffffff/1 : aabab
    f32 to-i32 4ef8020d : 7c010680/0 : aaaaa
    f32 to-i32 c3d04000 : fffffe60/1 fffffe5f/1 : aabab
    f32 to-i32 ce800004 : bffffe00/0 : aaaaa
    f32 to-u32 bd807fff : 0/1 0/10 : aabaa
    f32 to-u32 4d7ffc00 : fffc000/0 : aaaaa
    f32 to-u32 7f002000 : ffffffff/10 : aaaaa
    f32 to-u32 4680ffff : 4080/1 407f/1 : abbaa
    f32 to-u32 c77bffff : 0/10 : aaaaa
    f32 to-u32 3d000000 : 0/1 1/1 : aaaba
    f32 to-u32 4e800100 : 40008000/0 : aaaaa
    f32 to-u32 bf3fffff : 0/10 0/1 : ababa
    f32 to-u32 454b4800 : cb4/1 cb5/1 : aaabb
    f32 to-u32 4f000000 : 80000000/0 : aaaaa
    f32 to-i64 4affffff : 800000/1 7fffff/1 : abbaa
    f32 to-i64 4d880000 : 11000000/0 : aaaaa
    f32 to-i64 df64f3c0 : 8000000000000000/10 : aaaaa
    f32 to-i64 7582a800 : 7fffffffffffffff/10 : aaaaa
    f32 to-i64 c10fffff : fffffffffffffff7/1 fffffffffffffff8/1 : ababa
    f32 to-i64 b988e800 : 0/1 ffffffffffffffff/1 : aabaa
    f32 to-i64 32b40bb7 : 0/1 1/1 : aaaba
    f32 to-i64 c8828800 : fffffffffffbebc0/0 : aaaaa
    f32 to-i64 c6800007 : ffffffffffffc000/1 ffffffffffffbfff/1 : aabaa
    f32 to-i64 d3fb50b5 : fffffe095e960000/0 : aaaaa
    f32 to-i64 cf000000 : ffffffff80000000/0 : aaaaa
    f32 to-i64 3f000000 : 0/1 1/1 : aaabb
    f32 to-i64 bf000000 : 0/1 ffffffffffffffff/1 : aabab
    f32 to-u64 3df7ffff : 0/1 1/1 : aaaba
    f32 to-u64 ce044800 : 0/10 : aaaaa
    f32 to-u64 4cffffdf : 7fffef8/0 : aaaaa
    f32 to-u64 b5800000 : 0/1 0/10 : aabaa
    f32 to-u64 ff8fffff : ffffffffffffffff/10 : aaaaa
    f32 to-u64 50d27488 : 693a44000/0 : aaaaa
    f32 to-u64 45ffffff : 2000/1 1fff/1 : abbaa
    f32 to-u64 4f7fffff : ffffff00/0 : aaaaa
    f32 to-u64 bf000001 : 0/10 0/1 : ababa
    f32 to-u64 3f000000 : 0/1 1/1 : aaabb
    f32 to-u64 4fb61204 : 16c240800/0 : aaaaa
    f32 to-u64 bf000000 : 0/1 0/10 : aabab
    f32 from-i32 0 : 0/0 : aaaaa
    f32 from-i32 20000000 : 4e000000/0 : aaaaa
    f32 from-i32 ffff8c791283e109 : 4d941f08/1 4d941f09/1 : aaaba
    f32 from-i32 8a872f128aa7814c : ceeab0fd/1 ceeab0fe/1 : aabaa
    f32 from-i32 fffffffffffffffd : c0400000/0 : aaaaa
    f32 from-i32 ffffffff80000001 : cf000000/1 ceffffff/1 : ababa
    f32 from-i32 ffffffffffffffff : bf800000/0 : aaaaa
    f32 from-i32 8a298b8a4fae3fee : 4e9f5c80/1 4e9f5c7f/1 : abbaa
    f32 from-i32 bd0c554902fc56ca : 4c3f15b2/1 4c3f15b3/1 : aaabb
    f32 from-i32 7ffffffffeffffff : cb800000/1 cb800001/1 : aabab
    f32 from-u32 1ffffffffffff : 4f800000/1 4f7fffff/1 : abbaa
    f32 from-u32 4001 : 46800200/0 : aaaaa
    f32 from-u32 4d1f9722ad9af272 : 4f2d9af2/1 4f2d9af3/1 : aaaba
    f32 from-u32 0 : 0/0 : aaaaa
    f32 from-u32 1b33ffd : 4bd99ffe/1 4bd99fff/1 : aaabb
    f32 from-i64 4000000 : 4c800000/0 : aaaaa
    f32 from-i64 cde66ef791732624 : de486644/1 de486645/1 : aabaa
    f32 from-i64 fffffffffff00001 : c97ffff0/0 : aaaaa
    f32 from-i64 ffffffffffffffff : bf800000/0 : aaaaa
    f32 from-i64 7ffffffffffffff : 5d000000/1 5cffffff/1 : abbaa
    f32 from-i64 f800080000000001 : dcffff00/1 dcfffeff/1 : ababa
    f32 from-i64 13d1dae54cbcb3a7 : 5d9e8ed7/1 5d9e8ed8/1 : aaaba
    f32 from-i64 0 : 0/0 : aaaaa
    f32 from-i64 1000001 : 4b800000/1 4b800001/1 : aaabb
    f32 from-u64 8000000040000001 : 5f000000/1 5f000001/1 : aaaba
    f32 from-u64 f7ffffffffffffff : 5f780000/1 5f77ffff/1 : abbaa
    f32 from-u64 8000000000000 : 59000000/0 : aaaaa
    f32 from-u64 0 : 0/0 : aaaaa
    f32 from-u64 fc00008000000000 : 5f7c0000/1 5f7c0001/1 : aaabb
    f64 add 3dffffffffffff 8007d112fc000000 : 3c0bbb40ffffff/0 : aaaaa
    f64 add 424d863b86dbfb14 ffc02293163ce697 : ffc02293163ce697/1 ffc02293163ce696/1 : ababa
    f64 add c1c1f53fcee18226 802436d54e6924fa : c1c1f53fcee18226/1 c1c1f53fcee18227/1 : aabaa
    f64 add 80005d99f6dca850 0 : 80005d99f6dca850/0 : aaaaa
    f64 add 3dafffffffffffff bdd02efa837f2d77 : bdc85df506fe5aee/1 bdc85df506fe5aef/1 : aabaa
    f64 add 40f2000000000000 410a225b4c0f8820 : 4111912da607c410/0 : aaaaa
    f64 add 3e1000000000003f 12bfffff80000000 : 3e1000000000003f/1 3e10000000000040/1 : aaaba
    f64 add c1c0000000000001 c010000000000000 : c1c0000002000001/0 : aaaaa
    f64 add 40d0000000000000 3f695042094d2be3 : 40d0000032a08413/1 40d0000032a08412/1 : abbaa
    f64 add fff0000000000000 7ff514e211d13ac5 : 7ff8000000000000/10 : aaaaa
    f64 add 3d000003ffffffff 3e80000000000000 : 3e80000010000400/1 3e800000100003ff/1 : abbaa
    f64 add 3dd000000000001f 434d3f8e80000000 : 434d3f8e80000000/1 434d3f8e80000001/1 : aaaba
    f64 add bdbffffbffffffff bddd56188db4e342 : bde2ab0bc6da71a1/1 bde2ab0bc6da71a0/1 : ababa
    f64 add 2300000000000000 23048265ca11454d : 23124132e508a2a6/1 23124132e508a2a7/1 : aaabb
    f64 add 421848a2be3ef8a4 c24ffffffffffff7 : c24cf6eba83820e2/1 c24cf6eba83820e3/1 : aabab
    f64 add 7fd72a9aea3133fa 7fd0000000000007 : 7fe3954d75189a00/1 7fe3954d75189a01/1 : aaabb
    f64 add bcaedb183dfedbd1 bc90000000000000 : bcb36d8c1eff6de8/1 bcb36d8c1eff6de9/1 : aabab
    f64 add ffecbf70c8000000 ffd3a76c62836df3 : fff0000000000000/5 ffefffffffffffff/5 : ababa
    f64 add 4040000000000000 c040000000000000 : 0/0 8000000000000000/0 : aabaa
    f64 add ffefffffffffffff f8efffffffff7fff : ffefffffffffffff/1 fff0000000000000/5 : aabaa
    f64 sub 8000003fffffffff fffffffffffff : 8010003ffffffffe/0 : aaaaa
    f64 sub 4345673189380f3a 4120000000000000 : 4345673189340f3a/0 : aaaaa
    f64 sub 7fcfffffffffffff ffe0000000000000 : 7fe8000000000000/1 7fe7ffffffffffff/1 : abbaa
    f64 sub ffffffffff7ff 0 : ffffffffff7ff/0 : aaaaa
    f64 sub 40600000000003ff 803fffffffffffff : 40600000000003ff/1 4060000000000400/1 : aaaba
    f64 sub 3cd0000000000001 bcefffffffffffff : 3cf4000000000000/1 3cf3ffffffffffff/1 : abbaa
    f64 sub be401fffffffffff fff000000000ffff : 7ff8000000000000/10 : aaaaa
    f64 sub 3e3ec579476b8af1 bee6080bc02b5e67 : 3ee60be46f544bd8/1 3ee60be46f544bd9/1 : aaaba
    f64 sub c38ffffffbffffff 4000000000000000 : c38ffffffbffffff/1 c38ffffffc000000/1 : aabaa
    f64 sub c24fffffffffefff 43b0000000004000 : c3b0000040004000/1 c3b0000040003fff/1 : ababa
    f64 sub ffeffffffff80000 7ff0000000000000 : fff0000000000000/0 : aaaaa
    f64 sub be505eefe8000000 3e2fffffbfffffff : be545eefe0000000/1 be545eefdfffffff/1 : ababa
    f64 sub 7fd0040de4ba4197 ffe000000000003f : 7fe80206f25d210a/1 7fe80206f25d210b/1 : aaabb
    f64 sub 7fd9d2a10851a653 ffe880e078000000 : 7ff0000000000000/5 7fefffffffffffff/5 : abbaa
    f64 sub 3e00001fffffffff 3e1900b460000000 : be1100a460000000/1 be1100a460000001/1 : aabab
    f64 sub 802d95f7c8d5ccf3 3c6000ffffffffff : bc6000ffffffffff/1 bc60010000000000/1 : aabaa
    f64 sub 80100000001fffff 80318ed744b3cece : 2b1dae89579d9c/1 2b1dae89579d9d/1 : aaabb
    f64 sub 801fffffffffffef 801fffffffffffef : 0/0 8000000000000000/0 : aabaa
    f64 sub c040000000000000 402a8f0a1c9f75ea : c046a3c28727dd7a/1 c046a3c28727dd7b/1 : aabab
    f64 sub ffefffffffffffff 7da95fd27c000000 : fff0000000000000/5 ffefffffffffffff/5 : ababa
    f64 mul 3ded03f648eefb0c 3cbfffffffffffff : 3abd03f648eefb0b/1 3abd03f648eefb0c/1 : aaaba
    f64 mul 3f0ffffc00000000 ff00000000000000 : fe1ffffc00000000/0 : aaaaa
    f64 mul be40000000000000 21ffffffffffff : 8000000004800000/3 80000000047fffff/3 : ababa
    f64 mul 3eec214ec4fe3d81 7ff0000000000000 : 7ff0000000000000/0 : aaaaa
    f64 mul 3420000000000000 3de6a721997cf8df : 3216a721997cf8df/0 : aaaaa
    f64 mul 3f38160e04000000 80d0000000000000 : 8018160e04000000/0 : aaaaa
    f64 mul becffbffffffffff b490000000010000 : 336ffc000001ffbf/1 336ffc000001ffbe/1 : abbaa
    f64 mul 412cfaa8315bf4f5 8050000000800000 : 818cfaa83243ca37/1 818cfaa83243ca36/1 : ababa
    f64 mul bcd20af760000000 800fffffffffffff : 5/3 4/3 : abbaa
    f64 mul c100623128000000 410fffffbfffffff : c2206231073b9daf/1 c2206231073b9db0/1 : aabaa
    f64 mul bc61d2a27c000000 3e0fffffff800000 : ba81d2a27bb8b576/1 ba81d2a27bb8b577/1 : aabaa
    f64 mul 3eefffffffffffff 4110000003ffffff : 4010000003fffffe/1 4010000003ffffff/1 : aaaba
    f64 mul fdfffffffffff 7ff00007ffffffff : 7ff8000000000000/10 : aaaaa
    f64 mul 41a0000000000000 7fe0000000003fff : 7ff0000000000000/5 7fefffffffffffff/5 : abbaa
    f64 mul 800ffffe00000000 383c6feda33a80 : 8000000000000000/3 8000000000000001/3 : aabaa
    f64 mul 40240ddbe0011811 e78868000000 : 9119874c8a826/3 9119874c8a827/3 : aaaba
    f64 mul c2fabbce04000000 7d2ff7ffffffffff : fff0000000000000/5 ffefffffffffffff/5 : ababa
    f64 mul bf9bc907b954b2e5 fd00000000000020 : 7cabc907b954b31d/1 7cabc907b954b31c/1 : abbaa
    f64 mul 3e4381c5e14e81bb c612449e779d24e6 : c46645a759ccb69f/1 c46645a759ccb69e/1 : ababa
    f64 mul 4000000 bfea714904000000 : 80000000034e2920/3 80000000034e2921/3 : aabab
    f64 div 420c5ef6e7fa270d 84c3786d325eaa3a : fd37506905fd1718/1 fd37506905fd1719/1 : aabaa
    f64 div be7c1b6534000000 3e50000000000000 : c01c1b6534000000/0 : aaaaa
    f64 div 800fff0000000000 800f017daddea524 : 3ff10e4e0228fa38/1 3ff10e4e0228fa39/1 : aaaba
    f64 div 4030000000000000 409706edf1dbbad1 : 3f863c156dd2cee4/1 3f863c156dd2cee3/1 : abbaa
    f64 div c2a000007fffffff 3fffffffffffff : fff0000000000000/5 ffefffffffffffff/5 : ababa
    f64 div 6d62744000000 80007fffffffffff : c02b589d10000037/1 c02b589d10000036/1 : ababa
    f64 div c250000000000000 7fe26b3b3294701d : 825bcc2df537b8f1/1 825bcc2df537b8f0/1 : ababa
    f64 div 3e6000000001ffff fe8fffffffffffff : 8000800000001000/3 8000800000000fff/3 : ababa
    f64 div c2a72ef6034b5a88 ffc0000000000000 : 2d72ef6034b5a88/0 : aaaaa
    f64 div c1a0000000000000 8190800000000000 : 7ff0000000000000/5 7fefffffffffffff/5 : abbaa
    f64 div c380000000000000 4373e965c4000000 : bff9b6a8d21f0821/1 bff9b6a8d21f0822/1 : aabaa
    f64 div 42dfffffffffffff 5b0000000000000 : 7d1fffffffffffff/0 : aaaaa
    f64 div 10000000 8280000000000000 : bc00000000000000/0 : aaaaa
    f64 div fff0000002000000 c00a201071eb40f1 : 7ff8000000000000/10 : aaaaa
    f64 div 273fffffffffff00 ea90000800000000 : 8000000000000000/3 8000000000000001/3 : aabaa
    f64 div 3fdffc0000000000 3fffffffffffff : 7f8ffc0000000001/1 7f8ffc0000000000/1 : abbaa
    f64 div a870000000000000 800ffffdffffffff : 6850000200004001/1 6850000200004002/1 : aaaba
    f64 div 803bffffffffffff f05ffffffdffffff : 0/3 1/3 : aaaba
    f64 div 8030001000000000 c080000000400000 : 20001fff8000/3 20001fff7fff/3 : abbaa
    f64 div 21000000000000 0 : 7ff0000000000000/8 : aaaaa
    f64 div 3d1fffffffffffff 8000000000000000 : fff0000000000000/8 : aaaaa
    f64 sqrt bf30000000000000 : 7ff8000000000000/10 : aaaaa
    f64 sqrt 40d84c016aefd6f1 : 4063b77d1ebbf093/1 4063b77d1ebbf094/1 : aaaba
    f64 sqrt 3cb0000000000000 : 3e50000000000000/0 : aaaaa
    f64 sqrt 4380000000000000 : 41b6a09e667f3bcd/1 41b6a09e667f3bcc/1 : abbaa
    f64 sqrt d750aa1c10e08 : 1ffd58e49832c73e/1 1ffd58e49832c73f/1 : aaaba
    f64 sqrt fffffffffffffffe : 7ff8000000000000/0 : aaaaa
    f64 sqrt 7fffffffffff : 1fd6a09e667f3bb6/1 1fd6a09e667f3bb5/1 : abbaa
    f64 sqrt 8000000000000000 : 8000000000000000/0 : aaaaa
    f64 fma 437fffffffffffff 3defffc000000000 3fb0000000000000 : 417fffc000ffffff/1 417fffc001000000/1 : aaaba
    f64 fma 3527f8431b117e bd1fffffffffffff f0e0000000000000 : f0e0000000000000/1 f0e0000000000001/1 : aabaa
    f64 fma ef800fffffffffff 6f50000002000000 fffd91946c000000 : 7ff8000000000000/0 : aaaaa
    f64 fma 3df2732910000000 3a6000001fffffff b9f0000000020000 : b9efffffed90d6cb/1 b9efffffed90d6cc/1 : aabaa
    f64 fma 245d7cf167cb5f 802c240d10000000 12c3e5b1ec66c : 12c3e5b1ec66c/3 12c3e5b1ec66b/3 : abbaa
    f64 fma c2e28183c92854de 8000000000000200 3ad0000800000000 : 3ad0000800000000/1 3ad0000800000001/1 : aaaba
    f64 fma 3ffe40040de24db9 42e28a4030000000 c31ffffffffff800 : c31b9e533e5324a0/1 c31b9e533e53249f/1 : ababa
    f64 fma c2f0000000000000 80000000000000 3e9ffffffff00000 : 3e9ffffffff00000/1 3e9fffffffefffff/1 : abbaa
    f64 fma c330000000010000 2fffffffffffe0 35ffe0000000000 : 836001000001ffe0/1 836001000001ffdf/1 : ababa
    f64 fma 8009b108ba2264b8 3fd7ffffffffffff 43a627d8c840d495 : 43a627d8c840d495/1 43a627d8c840d494/1 : abbaa
    f64 fma ffcfffffffffffff d590000000800000 42b0000000000000 : 7ff0000000000000/5 7fefffffffffffff/5 : abbaa
    f64 fma 801fffffffffffff 8000000000000000 f800000000000 : f800000000000/0 : aaaaa
    f64 fma 4082a4b3b4000000 ff5665e28086f90b ffd0000000000000 : fff0000000000000/5 ffefffffffffffff/5 : ababa
    f64 fma c1d0000000000000 fe30000000000000 7ff0a360fa780bd8 : 7ff8000000000000/10 : aaaaa
    f64 fma bda0000000000000 c09fffffffffffff be60000000010000 : be50000000020000/1 be50000000020001/1 : aabab
    f64 fma bd3612f71ec690ea 6496536b4944f5 8000000000000000 : 80000000000038ce/3 80000000000038cf/3 : aabaa
    f64 fma bd18ee275d381f34 2d0e8330a3cb9aa 10000000000000 : 96a02f83bd0bb/3 96a02f83bd0bc/3 : aaaba
    f64 fma bf7667402c000000 3be0000080000000 3b5fffffffffffff : bb499d037ce80582/0 : aaaaa
    f64 fma c040000000000000 7ff0000000000000 7f1e9e17f0000000 : fff0000000000000/0 : aaaaa
    f64 fma 3f70000000000001 700000000001ff 800c6ea890b827d9 : 80086ea890b82759/3 80086ea890b82758/3 : ababa
    f64 fma bf2ffffffdffffff 4330000000000000 4280000004000000 : 4270000009000000/1 4270000009000001/1 : aaabb
    f64 fma 30000000000000 3df4451ca0000000 80000007ffffffff : 80000007ffaeeb8c/3 80000007ffaeeb8d/3 : aabab
    f64 fma bcd0000000000000 83488d3b15c092fb 7ffffffffff : 28913b15c092fa/1 28913b15c092fb/1 : aaabb
    f64 fma bd773c73d38a82f8 82a0000000000000 7fefffffffffffff : 7fefffffffffffff/1 7ff0000000000000/5 : aaaba
    f64 fma 8030000000000000 bc80000000000000 2872aa77ca3fe : 2872aa77ca3fe/3 2872aa77ca3ff/3 : aaabb
    f64 cvt c3c0004000000000 : de000200/0 : aaaaa
    f64 cvt bc9853d2b28d261f : a4c29e96/1 a4c29e95/1 : ababa
    f64 cvt 80057e97eff03418 : 80000000/3 80000001/3 : aabaa
    f64 cvt b7e463f1dc000000 : 801463f2/3 801463f1/3 : ababa
    f64 cvt 43c167a738000000 : 5e0b3d3a/1 5e0b3d39/1 : abbaa
    f64 cvt 7fd0000000000000 : 7f800000/5 7f7fffff/5 : abbaa
    f64 cvt 765ffc550aa55 : 0/3 1/3 : aaaba
    f64 cvt ffe29ffb34000000 : ff800000/5 ff7fffff/5 : ababa
    f64 cvt bf30000000000004 : b9800000/1 b9800001/1 : aabaa
    f64 cvt 4420000000100000 : 61000000/1 61000001/1 : aaaba
    f64 cvt 36dfffffffffffff : 10/3 f/3 : abbaa
    f64 cvt b690000000000000 : 80000000/3 80000001/3 : aabab
    f64 cvt fff7e365ba5003b6 : 7fc00000/10 : aaaaa
    f64 cvt 4100000010000000 : 48000000/1 48000001/1 : aaabb
    f64 cvt c7effffffffe0000 : ff800000/5 ff7fffff/1 : ababa
    f64 cvt bf10bdfd10000000 : b885efe8/1 b885efe9/1 : aabab
    f64 cvt b80fffffffffffff : 80800000/1 807fffff/3 : ababa
    f64 rint fff0000800000000 : 7ff8000000000000/10 : aaaaa
    f64 rint 803fffffffffffff : 8000000000000000/1 bff0000000000000/1 : aabaa
    f64 rint 16fffffffffffff : 0/1 3ff0000000000000/1 : aaaba
    f64 rint c420000000000003 : c420000000000003/0 : aaaaa
    f64 rint 402956937d072b46 : 402a000000000000/1 4028000000000000/1 : abbaa
    f64 rint c2efffffffffffff : c2f0000000000000/1 c2efffffffffffe0/1 : ababa
    f64 rint 5fe178b0d69fe9e8 : 5fe178b0d69fe9e8/0 : aaaaa
    f64 rint c0f0000000000002 : c0f0000000000000/1 c0f0001000000000/1 : aabaa
    f64 rint 40b2d524f76e1b99 : 40b2d50000000000/1 40b2d60000000000/1 : aaaba
    f64 rint 8000000000000000 : 8000000000000000/0 : aaaaa
    f64 rint 0 : 0/0 : aaaaa
    f64 rint bfeddc5ef8000000 : bff0000000000000/1 8000000000000000/1 : ababa
    f64 rint 3fea35e4deb6abe2 : 3ff0000000000000/1 0/1 : abbaa
    f64 rint bfe0000000000000 : 8000000000000000/1 bff0000000000000/1 : aabab
    f64 rint 4310588b861d491a : 4310588b861d4918/1 4310588b861d491c/1 : aaabb
    f64 rint 3fe0000000000000 : 0/1 3ff0000000000000/1 : aaabb
    f64 to-i32 43d3b90f4b4eca76 : 7fffffff/10 : aaaaa
    f64 to-i32 ffffffffffe00 : 0/1 1/1 : aaaba
    f64 to-i32 4004c756e0000000 : 3/1 2/1 : abbaa
    f64 to-i32 bfc1000000000000 : 0/1 ffffffff/1 : aabaa
    f64 to-i32 0 : 0/0 : aaaaa
    f64 to-i32 c048e5620a1c461b : ffffffce/1 ffffffcf/1 : ababa
    f64 to-i32 c1e0000000000001 : 80000000/1 80000000/10 : aabaa
    f64 to-i32 c1b0000000800000 : f0000000/1 efffffff/1 : aabab
    f64 to-i32 41dfffffffffffff : 7fffffff/10 7fffffff/1 : abbaa
    f64 to-i32 3fe0000000000000 : 0/1 1/1 : aaabb
    f64 to-u32 ffe0000000004000 : 0/10 : aaaaa
    f64 to-u32 8030000000000000 : 0/1 0/10 : aabaa
    f64 to-u32 3d67dd4a5d342d68 : 0/1 1/1 : aaaba
    f64 to-u32 41e80c85b55db7d2 : c0642dab/1 c0642daa/1 : abbaa
    f64 to-u32 0 : 0/0 : aaaaa
    f64 to-u32 3fe0000000000000 : 0/1 1/1 : aaabb
    f64 to-u32 bfe0000000000000 : 0/1 0/10 : aabab
    f64 to-u32 bfe0001fffffffff : 0/10 0/1 : ababa
    f64 to-u32 41efffffffffffff : ffffffff/10 ffffffff/1 : abbaa
    f64 to-i64 c08ffffffffff800 : fffffffffffffc00/1 fffffffffffffc01/1 : ababa
    f64 to-i64 4203c358a3ff2ae6 : 2786b1480/1 2786b147f/1 : abbaa
    f64 to-i64 3d1dffffffffffff : 0/1 1/1 : aaaba
    f64 to-i64 66dfff7fffffffff : 7fffffffffffffff/10 : aaaaa
    f64 to-i64 c25a4f6734000000 : ffffff96c2633000/0 : aaaaa
    f64 to-i64 416fff8000000000 : fffc00/0 : aaaaa
    f64 to-i64 bf60200000000000 : 0/1 ffffffffffffffff/1 : aabaa
    f64 to-i64 ffe0000000000000 : 8000000000000000/10 : aaaaa
    f64 to-i64 c090000000000001 : fffffffffffffc00/1 fffffffffffffbff/1 : aabaa
    f64 to-i64 43ddd3008bee9e15 : 774c022fba785400/0 : aaaaa
    f64 to-i64 c3dfffffffffffff : 8000000000000400/0 : aaaaa
    f64 to-u64 8020000000000000 : 0/1 0/10 : aabaa
    f64 to-u64 c260000000007fff : 0/10 : aaaaa
    f64 to-u64 4140000000000000 : 200000/0 : aaaaa
    f64 to-u64 3fe0000000000000 : 0/1 1/1 : aaabb
    f64 to-u64 7fe0000000020000 : ffffffffffffffff/10 : aaaaa
    f64 to-u64 43dfffff80000000 : 7ffffe0000000000/0 : aaaaa
    f64 to-u64 1bffffffffffff : 0/1 1/1 : aaaba
    f64 to-u64 40e0b0519324e7c7 : 8583/1 8582/1 : abbaa
    f64 to-u64 bfeb79fb90000000 : 0/10 0/1 : ababa
    f64 to-u64 43efffffffffffff : fffffffffffff800/0 : aaaaa
    f64 to-u64 43e0000000000400 : 8000000000200000/0 : aaaaa
    f64 from-i32 f000000000000001 : 3ff0000000000000/0 : aaaaa
    f64 from-i32 4b4ca570cc0337b4 : c1c9fe6426000000/0 : aaaaa
    f64 from-i32 659848a220f7481b : 41c07ba40d800000/0 : aaaaa
    f64 from-i32 ffffffffffffffff : bff0000000000000/0 : aaaaa
    f64 from-u32 3f077437ec19a887 : 41ed833510e00000/0 : aaaaa
    f64 from-u32 c000000000000001 : 3ff0000000000000/0 : aaaaa
    f64 from-i64 8000000010000001 : c3dffffffffc0000/1 c3dffffffffbffff/1 : ababa
    f64 from-i64 231ce9ad80000000 : 43c18e74d6c00000/0 : aaaaa
    f64 from-i64 776b9af19b74b9c9 : 43dddae6bc66dd2e/1 43dddae6bc66dd2f/1 : aaaba
    f64 from-i64 b629c52cbb7aeec5 : c3d2758eb4d12144/1 c3d2758eb4d12145/1 : aabaa
    f64 from-i64 0 : 0/0 : aaaaa
    f64 from-i64 12ee747b816215c : 4372ee747b816216/1 4372ee747b816215/1 : abbaa
    f64 from-i64 fffffffffffffffe : c000000000000000/0 : aaaaa
    f64 from-i64 ffffffffffffffff : bff0000000000000/0 : aaaaa
    f64 from-i64 20000000000001 : 4340000000000000/1 4340000000000001/1 : aaabb
    f64 from-u64 ffffffffffffff49 : 43f0000000000000/1 43efffffffffffff/1 : abbaa
    f64 from-u64 81d6b30012f9a3b4 : 43e03ad660025f34/1 43e03ad660025f35/1 : aaaba
    f64 from-u64 ffffffffffffe000 : 43effffffffffffc/0 : aaaaa
    f64 from-u64 0 : 0/0 : aaaaa
    f64 from-u64 20000000000001 : 4340000000000000/1 4340000000000001/1 : aaabb
    """
